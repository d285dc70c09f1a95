import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DataOptions, ExportLine } from '@daypass/server';
import { Command, InvalidArgumentError, Option } from 'commander';
import { nameIn, readOidcProvider, readPolicy, readRole, readSamlProvider } from '../cognito/access.ts';
import { readIdentities, readKnownLogins, type Tally, unknownUser } from '../cognito/identities.ts';
import { readPool, rolesOf } from '../cognito/pool.ts';
import { awsPlaces, type Source } from '../cognito/source.ts';
import { Failure } from '../failure.ts';
import { parseStore, parseUrl } from '../options.ts';
import { connect } from '../service/connection.ts';
import { confirm, harmless, print, styled, table } from '../terminal.ts';

interface ImportFlags extends DataOptions {
  readonly poolId: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly credentialsFile?: string;
  readonly role: readonly string[];
  readonly logins?: string;
  readonly output?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** One thing that an import brings, save identities. */
interface Step {
  readonly action: 'add' | 'keep';
  readonly kind: string;
  readonly name: string;
}

export function importFromCognitoCommand(): Command {
  return new Command('import-from-cognito')
    .description('copy an identity pool of AWS, with its roles, providers and identity ids')
    .addOption(new Option('--pool-id <id>', 'the pool').argParser(parsePoolId).makeOptionMandatory())
    .addOption(new Option('--endpoint <url>', 'where Cognito and IAM are (default: AWS)').argParser(parseUrl))
    .option('--region <name>', 'the pool’s region (default: what its id begins with)')
    .addOption(new Option('--profile <name>', 'whose AWS key in the credentials file').env('AWS_PROFILE'))
    .addOption(
      new Option(
        '--credentials-file <file>',
        'AWS shared-credentials file (default: ~/.aws/credentials)',
      ).env('AWS_SHARED_CREDENTIALS_FILE'),
    )
    .addOption(
      new Option('--role <name>', 'a further role, such as a user pool group’s; repeatable')
        .default([], 'none')
        .argParser((name: string, names: readonly string[]) => [...names, name]),
    )
    .option('--logins <file>', 'whose identities they are, as far as you know, in JSON Lines')
    .option('--output <file>', 'write what is read there, for `daypass data import`, and change nothing')
    .addOption(
      new Option('--data <directory>', 'where Daypass keeps its state')
        .env('DAYPASS_DATA')
        .default('.daypass'),
    )
    .addOption(
      new Option('--store <store>', 'sqlite or postgres://…')
        .env('DAYPASS_STORE')
        .default('sqlite')
        .argParser(parseStore),
    )
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'answer with JSON')
    .action(importFromCognito);
}

function parsePoolId(text: string): string {
  if (!/^[\w-]+:[0-9a-f-]+$/.test(text)) throw new InvalidArgumentError('It must be a pool’s id.');
  return text;
}

async function importFromCognito(flags: ImportFlags): Promise<void> {
  const source = await sourceOf(flags);
  const known = flags.logins === undefined ? new Map() : await readKnownLogins(flags.logins);
  const folder = await mkdtemp(join(tmpdir(), 'daypass-import-'));
  const file = flags.output ?? join(folder, 'export.jsonl');
  try {
    const { steps, tally, account } = await collect(source, flags, known, file);
    if (flags.output !== undefined) {
      print(flags.json, { Pool: flags.poolId, Output: file, Identities: tally }, `Written to ${file}.`);
      return;
    }
    const plan = await compared(flags, steps);
    if (!flags.json) {
      print(false, plan, described(plan, tally));
      if (account !== undefined)
        print(false, account, `Start Daypass with --account ${account} --region ${source.cognito.region}.`);
    }
    if (flags.dryRun) {
      print(flags.json, { Pool: flags.poolId, Plan: plan, Identities: tally }, '');
      return;
    }
    const target = flags.store === undefined || flags.store === 'sqlite' ? flags.data : 'the database';
    if (!flags.yes && !(await confirm(`Add to ${target} what is not there. Go ahead?`, '--yes'))) {
      throw new Failure('nothing has been changed.');
    }
    await write(flags, file, plan, tally);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sourceOf(flags: ImportFlags): Promise<Source> {
  const { poolId, endpoint, region = poolId.slice(0, poolId.indexOf(':')), profile } = flags;
  const aws = awsPlaces(region);
  // Keys of a Daypass that runs here are not what AWS knows.
  const credentialsFile = flags.credentialsFile ?? join(homedir(), '.aws', 'credentials');
  const cognito = await connect({
    endpoint: endpoint ?? aws.cognito,
    region,
    credentialsFile,
    ...(profile !== undefined && { profile }),
  });
  const iam = endpoint === undefined ? { ...cognito, url: aws.iam, region: aws.iamRegion } : cognito;
  return { cognito, iam };
}

interface Collected {
  readonly steps: readonly Step[];
  readonly tally: Tally;
  /** The account in the ARNs that came along. */
  readonly account: string | undefined;
}

/** Reads all there is into a new file of export lines, which nobody else may read; it is gone if that fails. */
async function collect(
  source: Source,
  flags: ImportFlags,
  known: Awaited<ReturnType<typeof readKnownLogins>>,
  file: string,
): Promise<Collected> {
  const output = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw new Failure(`${file} cannot be made: ${error instanceof Error ? error.message : String(error)}.`);
  });
  try {
    return await collectInto(source, flags, known, (line) => output.appendFile(`${JSON.stringify(line)}\n`));
  } catch (error) {
    await rm(file);
    throw error;
  } finally {
    await output.close();
  }
}

async function collectInto(
  source: Source,
  { poolId, role: further }: ImportFlags,
  known: Awaited<ReturnType<typeof readKnownLogins>>,
  put: (line: ExportLine) => Promise<void>,
): Promise<Collected> {
  const steps: Step[] = [];
  const document = async (line: Extract<ExportLine, { key: string }>, name: string): Promise<void> => {
    steps.push({ action: 'add', kind: line.kind, name });
    await put(line);
  };

  await put({ kind: 'export', version: 1 });
  const pool = await readPool(source, poolId);
  for (const key of pool.openIdConnectProviderArns)
    await document({ kind: 'oidc_providers', key, value: await readOidcProvider(source, key) }, key);
  for (const key of pool.samlProviderArns)
    await document({ kind: 'saml_providers', key, value: await readSamlProvider(source, key) }, key);
  const policies = new Set<string>();
  for (const roleName of new Set([...[...rolesOf(pool)].map(nameIn), ...further])) {
    const value = await readRole(source, roleName, policies);
    await document({ kind: 'roles', key: value.roleName.toLowerCase(), value }, value.roleName);
  }
  for (const arn of policies) {
    const value = await readPolicy(source, arn);
    await document({ kind: 'policies', key: value.policyName.toLowerCase(), value }, value.policyName);
  }
  await document({ kind: 'pools', key: poolId, value: pool }, `${pool.name} ${poolId}`);
  const tally: Tally = { guests: 0, known: 0, reserved: 0, disabled: 0 };
  for await (const identity of readIdentities(source, pool, known, tally)) await put(identity);
  const [arn = ''] = [...rolesOf(pool), ...pool.openIdConnectProviderArns, ...pool.samlProviderArns];
  return { steps, tally, account: /^arn:[\w-]+:iam::(\d{12}):/.exec(arn)?.[1] };
}

/** What of it is there already, under the same name: it will be left as it is. */
async function compared(options: DataOptions, steps: readonly Step[]): Promise<readonly Step[]> {
  const isNew = (options.store ?? 'sqlite') === 'sqlite' && !existsSync(options.data);
  if (isNew) return steps;
  const there = new Set<string>();
  await inWords(({ exportData }) =>
    exportData(options, async (text) => {
      const line: ExportLine = JSON.parse(text);
      if ('key' in line) there.add(`${line.kind} ${line.key}`);
    }),
  );
  return steps.map((step) => ({ ...step, action: there.has(keyOf(step)) ? 'keep' : 'add' }));
}

function keyOf({ kind, name }: Step): string {
  if (kind === 'pools') return `pools ${name.slice(name.lastIndexOf(' ') + 1)}`;
  return `${kind} ${kind === 'roles' || kind === 'policies' ? name.toLowerCase() : name}`;
}

const nouns: Readonly<Record<string, string>> = {
  oidc_providers: 'OpenID Connect provider',
  saml_providers: 'SAML provider',
  policies: 'policy',
  roles: 'role',
  pools: 'pool',
};

function described(plan: readonly Step[], { guests, known, reserved, disabled }: Tally): string {
  const rows = plan.map(({ action, kind, name }) => [
    action === 'add' ? styled('green', '+ add') : styled('dim', '= keep'),
    nouns[kind] ?? kind,
    harmless(name),
  ]);
  const total = guests + known + reserved + disabled;
  const identities = `${total} identities: ${known} of known users, ${guests} of guests, ${reserved} kept for users who are not known yet, ${disabled} disabled`;
  return [table(rows), identities].join('\n');
}

async function write(options: ImportFlags, file: string, plan: readonly Step[], tally: Tally): Promise<void> {
  await mkdir(options.data, { recursive: true, mode: 0o700 });
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  const { added, present, conflicts } = await inWords((server) => server.importData(options, lines));
  const text = [
    `Added ${added}; ${present} were there already.`,
    ...(conflicts.length > 0
      ? [
          `${conflicts.length} identities have a login that is another identity's here: ${conflicts.join(', ')}`,
        ]
      : []),
    ...(tally.reserved > 0
      ? [`To find identities without a known user: daypass identities find --provider ${unknownUser}`]
      : []),
  ].join('\n');
  print(
    options.json,
    {
      Pool: options.poolId,
      Plan: plan,
      Identities: tally,
      Added: added,
      Present: present,
      Conflicts: conflicts,
    },
    text,
  );
  if (conflicts.length > 0) process.exitCode = 1;
}

type Server = typeof import('@daypass/server');

/** What keeps the data from being used is one line. */
async function inWords<Result>(work: (server: Server) => Promise<Result>): Promise<Result> {
  const server = await import('@daypass/server');
  try {
    return await work(server);
  } catch (error) {
    throw error instanceof server.StartFailure ? new Failure(error.message) : error;
  }
}
