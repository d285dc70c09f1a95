import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../failure.ts';
import { callSts } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import type { Change, Comparison } from '../stack/plan.ts';
import type { StackContext } from '../stack/tags.ts';
import { harmless, styled, table } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export interface StackFlags extends ConnectionFlags {
  readonly stack?: string;
  readonly parameter: Readonly<Record<string, string>>;
  readonly value: Readonly<Record<string, string>>;
  readonly skipUnknown?: boolean;
  readonly json?: boolean;
}

/** The options of what lays a template beside the service. */
export function addStackOptions(command: Command): Command {
  return addConnectionOptions(command)
    .argument('<file>', 'CloudFormation template, YAML or JSON')
    .addOption(
      new Option(
        '--stack <name>',
        'what the template’s resources are known by (default: the file’s name)',
      ).argParser(parseStack),
    )
    .addOption(
      new Option('--parameter <name=value>', 'value of a parameter; repeatable')
        .default({}, 'the template’s')
        .argParser(parsePair),
    )
    .addOption(
      new Option(
        '--value <id=value>',
        'value of a resource that is not made here (Id or Id.Attribute); repeatable',
      )
        .default({}, 'none')
        .argParser(parsePair),
    )
    .option('--skip-unknown', 'pass over types of resources that are not known here')
    .option('--json', 'answer with JSON');
}

/** Reads the template and lays it beside the service. */
export async function compareFile(
  file: string,
  flags: StackFlags,
): Promise<{ context: StackContext; comparison: Comparison }> {
  // Loaded only now: no other command reads YAML.
  const [{ parseTemplate }, { compare }] = await Promise.all([
    import('../template/template.ts'),
    import('../stack/plan.ts'),
  ]);
  const stack = flags.stack ?? stackOf(file);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Failure(`${file} cannot be read.`);
  });
  const template = parseTemplate(text);
  const service = await connect(flags);
  const { Account } = await callSts(service, 'GetCallerIdentity', {});
  const context = { service, account: String(Account), stack };
  const { parameter, value, skipUnknown = false } = flags;
  const comparison = await compare(context, template, {
    parameters: parameter,
    elsewhere: value,
    skipUnknown,
  });
  return { context, comparison };
}

function stackOf(file: string): string {
  const name = basename(file).replace(/(\.template)?\.(ya?ml|json|template)$/, '');
  if (!isStackName(name)) throw new UsageError(`'${name}' is no name for a stack; set --stack.`);
  return name;
}

function parseStack(text: string): string {
  if (!isStackName(text)) {
    throw new InvalidArgumentError('A stack’s name is at most 64 letters, digits and hyphens.');
  }
  return text;
}

function isStackName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(text);
}

function parsePair(text: string, previous: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...previous, [text.slice(0, equals)]: text.slice(equals + 1) };
}

const marks = {
  create: styled('green', '+ create'),
  change: styled('yellow', '~ change'),
  replace: styled('yellow', '± replace'),
  delete: styled('red', '- delete'),
  release: styled('red', '- release'),
  keep: styled('dim', '= keep'),
  skip: styled('dim', '? skip'),
} as const;

/** One line for every change. */
export function describeChanges(changes: readonly Change[]): string {
  return table(
    changes.map(({ action, logicalId, type, physicalId = '', properties }) => [
      marks[action],
      logicalId,
      type,
      harmless(properties ? `${physicalId} (${properties.join(', ')})` : physicalId),
    ]),
  );
}
