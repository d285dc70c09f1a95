import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type Environment, parseRegion, parseUrl } from '../options.ts';
import { UsageError } from '../usage-error.ts';
import type { Endpoint } from './aws-api.ts';
import { profileKey, wholeKey } from './credentials-file.ts';

/** Where the service is. */
export interface PlaceFlags {
  readonly endpoint: string;
  readonly region: string;
}

/** Where the service is, and who asks it. */
export interface ConnectionFlags extends PlaceFlags {
  readonly profile?: string;
  readonly credentialsFile?: string;
}

/** `--endpoint` and `--region`: for what the service answers to everybody. */
export function addPlaceOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--endpoint <url>', 'where the service is')
        .env('AWS_ENDPOINT_URL')
        .default('http://127.0.0.1:4100')
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--region <name>', 'its region')
        .env('AWS_REGION')
        .default('us-east-1')
        .argParser(parseRegion),
    );
}

/** `addPlaceOptions`, `--profile` and `--credentials-file`: for what the service answers to those it knows. */
export function addConnectionOptions(command: Command): Command {
  return addPlaceOptions(command)
    .addOption(new Option('--profile <name>', 'whose key in the credentials file').env('AWS_PROFILE'))
    .addOption(
      new Option(
        '--credentials-file <file>',
        'AWS shared-credentials file (default: .daypass/credentials here, then ~/.aws/credentials)',
      ).env('AWS_SHARED_CREDENTIALS_FILE'),
    );
}

/**
 * The endpoint with the key to sign with. As in AWS's tools a profile goes before the environment's keys, and those
 * before the file's `default`. Throws a `UsageError` when there is no key.
 */
export async function connect(
  { endpoint, region, profile, credentialsFile }: ConnectionFlags,
  environment: Environment = process.env,
): Promise<Endpoint> {
  const fromEnvironment = wholeKey(
    environment.AWS_ACCESS_KEY_ID,
    environment.AWS_SECRET_ACCESS_KEY,
    environment.AWS_SESSION_TOKEN,
  );
  if (profile === undefined && fromEnvironment) return { url: endpoint, region, ...fromEnvironment };

  const file = credentialsFile ?? (await defaultFile(environment));
  const name = profile ?? 'default';
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const key = text === undefined ? undefined : profileKey(text, name);
  if (key === undefined) {
    const found = text === undefined ? 'cannot be read' : `holds no key for the profile ${name}`;
    throw new UsageError(`${file} ${found}; set --credentials-file or --profile.`);
  }
  return { url: endpoint, region, ...key };
}

async function defaultFile(environment: Environment): Promise<string> {
  const local = join('.daypass', 'credentials');
  const isLocal = await access(local).then(
    () => true,
    () => false,
  );
  return isLocal ? local : join(environment.HOME ?? homedir(), '.aws', 'credentials');
}
