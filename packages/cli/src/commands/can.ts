import { Command, InvalidArgumentError, Option } from 'commander';
import { callDaypass } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { harmless, print, styled } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface CanFlags extends ConnectionFlags {
  readonly pool?: string;
  readonly role?: string;
  readonly tag: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly json?: boolean;
}

/** What Daypass.ExplainAccess answers, as far as it is shown. */
interface Access {
  readonly Enabled?: boolean;
  readonly Sessions: readonly Session[];
  readonly Undetermined: readonly string[];
}

interface Session {
  readonly RoleArn: string;
  readonly Because: string;
  readonly Refused?: string;
  readonly Allowed?: boolean;
  readonly Denial?: string;
  readonly Statements?: readonly Statement[];
}

interface Statement {
  readonly Source: string;
  readonly Index: number;
  readonly Sid?: string;
  readonly Effect: string;
  readonly Matched: boolean;
  readonly Decides: boolean;
  readonly Text?: string;
  readonly Mismatches: readonly Mismatch[];
}

interface Mismatch {
  readonly Element: string;
  readonly Operator?: string;
  readonly Key?: string;
  readonly Wanted: readonly string[];
  readonly Resolved?: readonly string[];
  readonly Actual: readonly string[];
  readonly Reason?: string;
}

export function canCommand(): Command {
  return addConnectionOptions(new Command('can'))
    .description(
      'say whether an identity, or whoever has a role, may do something, and which statement decides',
    )
    .argument('<who>', 'an identity’s id, or a role’s ARN')
    .argument('<action>', 's3:GetObject, for instance')
    .argument('<resource>', 'its ARN, or * for an action that has none')
    .addOption(new Option('--pool <id>', 'the identity’s pool').env('DAYPASS_POOL'))
    .option('--role <arn>', 'in this role alone, of those the identity can get')
    .addOption(
      new Option('--tag <key=value>', 'a principal tag that the token would bring; repeatable')
        .default({}, 'none')
        .argParser((text, previous: CanFlags['tag']) => {
          const [key, value] = pair(text);
          return { ...previous, [key]: value };
        }),
    )
    .addOption(
      new Option('--context <key=value>', 'a condition key of the request; again for a further value')
        .default({}, 'none')
        .argParser((text, previous: CanFlags['context']) => {
          const [key, value] = pair(text);
          return { ...previous, [key]: [...(previous[key] ?? []), value] };
        }),
    )
    .option('--json', 'answer with JSON')
    .action(async (who: string, action: string, resource: string, flags: CanFlags) => {
      const service = await connect(flags);
      const asked = { Action: action, Resource: resource, PrincipalTags: flags.tag, Context: flags.context };
      const answer = await callDaypass(service, 'ExplainAccess', { ...whoOf(who, flags), ...asked });
      const access: Access = { Sessions: [], Undetermined: [], ...answer };
      print(flags.json, answer, describe(access));
      const isAllowed = access.Enabled !== false && access.Sessions.some(({ Allowed }) => Allowed);
      if (!isAllowed || !access.Sessions.every(({ Allowed }) => Allowed)) process.exitCode = 1;
    });
}

function whoOf(who: string, { pool, role }: CanFlags): object {
  if (who.startsWith('arn:')) return { RoleArn: who };
  if (pool === undefined) throw new UsageError('name the identity’s pool with --pool.');
  return { IdentityPoolId: pool, IdentityId: who, RoleArn: role };
}

function pair(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be KEY=VALUE.');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

const yes = styled('green', '✓');
const no = styled('red', '✗');

function describe({ Enabled, Sessions, Undetermined }: Access): string {
  return [
    ...(Enabled === false ? [`${no} The identity is disabled. If it were enabled:`] : []),
    ...(Sessions.length === 0 ? [`${no} The pool gives it no role.`] : []),
    ...Sessions.flatMap(describeSession),
    ...Undetermined.map((text) => `? ${harmless(text)}`),
  ].join('\n');
}

function describeSession({ RoleArn, Because, Refused, Allowed, Denial, Statements = [] }: Session): string[] {
  const heading = `${Allowed ? yes : no} ${harmless(`${RoleArn}, ${Because}`)}`;
  if (Refused !== undefined) return [heading, `  ${harmless(Refused)}`];
  const deciding = Statements.filter(({ Decides }) => Decides);
  // A statement that only just does not apply is probably the one that was meant to.
  const nearly = Statements.filter(({ Effect, Mismatches }) => Effect === 'Allow' && Mismatches.length === 1);
  return [
    heading,
    ...(Denial === undefined ? [] : [`  ${harmless(Denial)}`]),
    ...deciding.flatMap((statement) => [`  by ${nameOf(statement)}:`, ...indented(statement.Text ?? '')]),
    ...(Allowed || deciding.length > 0 ? [] : nearly.flatMap(describeMismatch)),
  ];
}

function nameOf({ Source, Sid, Index }: Statement): string {
  return harmless(`${Source}, statement ${Sid ?? Index + 1}`);
}

function describeMismatch(statement: Statement): string[] {
  return statement.Mismatches.map(({ Element, Operator, Key, Wanted, Resolved, Actual, Reason }) => {
    const what = Element === 'Condition' ? `${Operator} ${Key}` : Element;
    const came = Actual.length === 0 ? 'nothing' : Actual.join(', ');
    const why = Reason === undefined ? '' : `; ${Reason}`;
    return `  not by ${nameOf(statement)}: ${harmless(`${what} wants ${(Resolved ?? Wanted).join(', ')}, and ${came} came${why}`)}`;
  });
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `    ${harmless(line)}`);
}
