import type { BackendOptions, DaypassOptions } from '@daypass/server';
import { Command, Option } from 'commander';
import {
  type Environment,
  parseAccount,
  parseDomain,
  parsePort,
  parseProviderOverride,
  parseRegion,
  parseStore,
  parseSubresources,
  parseUrl,
  parseWorkers,
} from './options.ts';
import { isPortTaken } from './port.ts';
import { closeOnSignal } from './shutdown.ts';
import { UsageError } from './usage-error.ts';

/** The options of `daypass start` as commander hands them over. */
interface StartFlags {
  host: string;
  port: number;
  data: string;
  store: string;
  workers: number;
  region: string;
  account: string;
  publicUrl?: string;
  s3Backend?: string;
  s3Domain?: string;
  s3Subresources?: readonly string[];
  dynamodbBackend?: string;
  providerOverride: Record<string, string>;
}

export function startCommand(): Command {
  return addStartOptions(new Command('start'))
    .description('start the service')
    .action(async (flags: StartFlags) => {
      const options = daypassOptions(flags, process.env);
      // Loaded only now, so that help and bad options are answered at once.
      const { startDaypass } = await import('@daypass/server');
      const daypass = await startDaypass(options).catch((error: unknown) => {
        if (isPortTaken(error)) {
          throw new UsageError(`port ${flags.port} of ${flags.host} is taken; choose another with --port.`);
        }
        throw error;
      });
      process.stdout.write(`daypass listening on ${daypass.url}\n`);
      await closeOnSignal(() => daypass.close());
    });
}

export function addStartOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--host <address>', 'address to listen on').env('DAYPASS_HOST').default('127.0.0.1'),
    )
    .addOption(
      new Option('--port <number>', '0: any free one').env('DAYPASS_PORT').default(4100).argParser(parsePort),
    )
    .addOption(
      new Option('--data <directory>', 'where state is kept').env('DAYPASS_DATA').default('.daypass'),
    )
    .addOption(
      new Option('--store <store>', 'sqlite or postgres://…')
        .env('DAYPASS_STORE')
        .default('sqlite')
        .argParser(parseStore),
    )
    .addOption(
      new Option('--workers <number>', 'processes').env('DAYPASS_WORKERS').default(1).argParser(parseWorkers),
    )
    .addOption(
      new Option('--region <name>', 'region of pools and identities')
        .env('DAYPASS_REGION')
        .default('us-east-1')
        .argParser(parseRegion),
    )
    .addOption(
      new Option('--account <number>', 'account in ARNs')
        .env('DAYPASS_ACCOUNT')
        .default('000000000000')
        .argParser(parseAccount),
    )
    .addOption(
      new Option('--public-url <url>', 'issuer of our own tokens')
        .env('DAYPASS_PUBLIC_URL')
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--s3-backend <url>', 'S3-compatible store behind the gateway')
        .env('DAYPASS_S3_BACKEND')
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--s3-domain <domain>', 'take BUCKET.<domain> for virtual-hosted style')
        .env('DAYPASS_S3_DOMAIN')
        .argParser(parseDomain),
    )
    .addOption(
      new Option('--s3-subresources <names>', 'what the S3 store implements: acl,tagging,…')
        .env('DAYPASS_S3_SUBRESOURCES')
        .argParser(parseSubresources),
    )
    .addOption(
      new Option('--dynamodb-backend <url>', 'DynamoDB-compatible store behind the gateway')
        .env('DAYPASS_DYNAMODB_BACKEND')
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--provider-override <key=url>', 'fetch a provider from elsewhere; repeatable')
        .env('DAYPASS_PROVIDER_OVERRIDES')
        .default({}, 'none')
        .argParser(parseProviderOverride),
    );
}

/** What the service is started with; the backends' own keys come from the environment alone, never from arguments. */
export function daypassOptions(flags: StartFlags, environment: Environment): DaypassOptions {
  const s3 = backend('S3', '--s3-backend', flags.s3Backend, environment);
  const dynamodb = backend('DYNAMODB', '--dynamodb-backend', flags.dynamodbBackend, environment);
  return {
    host: flags.host,
    port: flags.port,
    data: flags.data,
    store: flags.store,
    workers: flags.workers,
    region: flags.region,
    account: flags.account,
    providerOverrides: flags.providerOverride,
    ...(flags.publicUrl !== undefined && { publicUrl: flags.publicUrl }),
    ...(s3 && {
      s3Backend: { ...s3, ...(flags.s3Subresources && { subresources: flags.s3Subresources }) },
    }),
    ...(flags.s3Domain !== undefined && { s3Domain: flags.s3Domain }),
    ...(dynamodb && { dynamodbBackend: dynamodb }),
  };
}

function backend(
  name: 'S3' | 'DYNAMODB',
  option: string,
  url: string | undefined,
  environment: Environment,
): BackendOptions | undefined {
  if (url === undefined) return undefined;
  const read = (suffix: string): string | undefined => environment[`DAYPASS_${name}_${suffix}`] || undefined;
  const required = (suffix: string): string => {
    const value = read(suffix);
    if (value === undefined)
      throw new UsageError(`${option} needs the environment variable DAYPASS_${name}_${suffix}.`);
    return value;
  };
  const region = read('REGION');
  return {
    url,
    accessKeyId: required('ACCESS_KEY_ID'),
    secretAccessKey: required('SECRET_ACCESS_KEY'),
    ...(region !== undefined && { region }),
  };
}
