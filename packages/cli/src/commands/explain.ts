import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../failure.ts';
import { callDaypass } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { harmless, print, styled } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface ExplainFlags extends ConnectionFlags {
  readonly pool?: string;
  readonly provider?: string;
  readonly identity?: string;
  readonly role?: string;
  readonly can: readonly Asked[];
  readonly request?: string;
  readonly json?: boolean;
}

interface Asked {
  readonly Action: string;
  readonly Resource: string;
}

/** What Daypass.ExplainFederation answers, as far as it is shown. */
interface Explanation {
  readonly Steps?: readonly {
    readonly Step: string;
    readonly Outcome: 'ok' | 'refused';
    readonly Detail: string;
    readonly Error?: { readonly Code: string; readonly Message: string };
    readonly Statements?: readonly Statement[];
  }[];
  readonly PrincipalTags?: Readonly<Record<string, string>>;
  readonly Permissions?: readonly (Asked & { readonly Allowed: boolean; readonly Effect?: string })[];
  readonly Refusal?: {
    readonly Operation: string;
    readonly Code: string;
    readonly Message: string;
    readonly Reason?: string;
  };
}

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Matched: boolean;
  readonly Mismatches: readonly {
    readonly Element: string;
    readonly Key?: string;
    readonly Reason?: string;
  }[];
}

export function explainCommand(): Command {
  return addConnectionOptions(new Command('explain'))
    .description('go through an exchange step by step and say why it works or not; nothing is written')
    .argument('[token]', 'a provider’s token; - reads it from stdin, @FILE from a file; none: a guest')
    .addOption(new Option('--pool <id>', 'identity pool').env('DAYPASS_POOL'))
    .option('--provider <key>', 'login key of the token (default: the issuer it names)')
    .option('--identity <id>', 'identity to come back as')
    .option('--role <arn>', 'role to ask for')
    .addOption(
      new Option('--can <action=resource>', 'would the session be allowed this? repeatable')
        .default([], 'nothing')
        .argParser(parseAsked),
    )
    .option('--request <id>', 'instead: why this earlier request was refused')
    .option('--json', 'answer with JSON')
    .action(async (given: string | undefined, flags: ExplainFlags) => {
      const service = await connect(flags);
      const explanation: Explanation = await callDaypass(
        service,
        'ExplainFederation',
        await question(given, flags),
      );
      print(flags.json, explanation, describe(explanation));
      const isRefused =
        explanation.Refusal !== undefined ||
        explanation.Steps?.some(({ Outcome }) => Outcome === 'refused') ||
        // Of a brokered role nothing is said.
        (explanation.Permissions ?? []).length < flags.can.length ||
        explanation.Permissions?.some(({ Allowed }) => !Allowed);
      if (isRefused) process.exitCode = 1;
    });
}

async function question(given: string | undefined, flags: ExplainFlags): Promise<object> {
  if (flags.request !== undefined) return { RequestId: flags.request };
  if (flags.pool === undefined)
    throw new UsageError('name the pool with --pool, or a request with --request.');
  const token = given === undefined ? undefined : await readToken(given);
  return {
    IdentityPoolId: flags.pool,
    ...(token !== undefined && { Logins: { [flags.provider ?? issuerOf(token)]: token } }),
    ...(flags.identity !== undefined && { IdentityId: flags.identity }),
    ...(flags.role !== undefined && { CustomRoleArn: flags.role }),
    ...(flags.can.length > 0 && { Actions: flags.can }),
  };
}

async function readToken(given: string): Promise<string> {
  if (given === '-') return (await readAll(process.stdin)).trim();
  if (!given.startsWith('@')) return given;
  const text = await readFile(given.slice(1), 'utf8').catch(() => {
    throw new Failure(`${given.slice(1)} cannot be read.`);
  });
  return text.trim();
}

/** The login key in a JWT, unverified: whether the token holds is the service's to say. */
function issuerOf(token: string): string {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const issuer: unknown = Reflect.get(Object(payload), 'iss');
    if (typeof issuer === 'string' && issuer !== '') return issuer.replace(/^https?:\/\//, '');
  } catch {
    // Not a JWT.
  }
  throw new UsageError('the token names no issuer; say whose it is with --provider.');
}

function parseAsked(text: string, previous: readonly Asked[]): Asked[] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be ACTION=RESOURCE.');
  return [...previous, { Action: text.slice(0, equals), Resource: text.slice(equals + 1) }];
}

function describe({ Steps = [], PrincipalTags = {}, Permissions = [], Refusal }: Explanation): string {
  if (Refusal) {
    const { Operation, Code, Message, Reason } = Refusal;
    return [
      `${no} ${Operation}: ${harmless(Code)}: ${harmless(Message)}`,
      ...(Reason === undefined ? [] : [`  ${harmless(Reason)}`]),
    ].join('\n');
  }
  const lines = Steps.flatMap(({ Step, Outcome, Detail, Error: refusal, Statements = [] }) => [
    `${Outcome === 'ok' ? yes : no} ${Step.padEnd(8)}  ${harmless(Detail)}`,
    ...(refusal ? [`${indent}the client is told ${harmless(`${refusal.Code}: ${refusal.Message}`)}`] : []),
    ...(Outcome === 'refused' ? Statements.map(describeStatement) : []),
  ]);
  const tags = Object.entries(PrincipalTags).map(
    ([key, value]) => `${indent}tag ${harmless(`${key}=${value}`)}`,
  );
  const permissions = Permissions.map(
    ({ Action, Resource, Allowed, Effect }) =>
      `${Allowed ? yes : no} ${'May'.padEnd(8)}  ${harmless(`${Action} on ${Resource}`)}${Allowed ? '' : ` (${Effect ?? 'denied'})`}`,
  );
  return [...lines, ...tags, ...permissions].join('\n');
}

const yes = styled('green', '✓');
const no = styled('red', '✗');
const indent = ' '.repeat(12);

function describeStatement({ Sid, Effect, Matched, Mismatches }: Statement): string {
  const why = Mismatches.map(({ Element, Key, Reason }) => [Element, Key, Reason].filter(Boolean).join(' '));
  return `${indent}${Effect} ${harmless(Sid ?? 'statement')}: ${Matched ? 'applies' : harmless(why.join('; '))}`;
}
