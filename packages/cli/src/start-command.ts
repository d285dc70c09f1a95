import type {
  BackendOptions,
  ConsoleSignInOptions,
  Daypass,
  DaypassOptions,
  ServiceBackendOptions,
} from '@daypass/server';
import { Command, Option } from 'commander';
import { Failure } from './failure.ts';
import {
  type Environment,
  parseAccount,
  parseAmount,
  parseAudit,
  parseClaim,
  parseCount,
  parseDomain,
  parseDuration,
  parseIssuer,
  parsePort,
  parsePrivateProvider,
  parseProviderOverride,
  parseRegion,
  parseServiceBackend,
  parseStore,
  parseSubresources,
  parseUrl,
  parseWebhook,
  parseWorkers,
} from './options.ts';
import { isPortTaken } from './port.ts';
import { readServiceRules } from './service-rules.ts';
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
  serviceBackend: Record<string, string>;
  serviceRules?: string;
  providerOverride: Record<string, string>;
  privateProvider: readonly string[];
  staleKeysSeconds: number;
  trustedProxies: number;
  rateLimit: number;
  poolRateLimit: number;
  maxConnections: number;
  keyRotationDays: number;
  consoleOidcIssuer?: string;
  consoleOidcClientId?: string;
  consoleOidcScope?: string;
  consoleAdminClaim: Readonly<Record<string, readonly string[]>>;
  consoleRole?: string;
  consoleSessionDuration?: number;
  audit: readonly string[];
  eventsWebhook?: string;
  logLevel: LogLevel;
}

type LogLevel = NonNullable<DaypassOptions['logLevel']>;
const logLevels: readonly LogLevel[] = ['silent', 'fatal', 'error', 'warn', 'info', 'debug'];

export function startCommand(): Command {
  return addStartOptions(new Command('start'))
    .description('start the service')
    .action(async (flags: StartFlags) => {
      const options = daypassOptions(flags, process.env);
      // Loaded only now, so that help and bad options are answered at once.
      const { startDaypass, StartFailure } = await import('@daypass/server');
      let daypass: Daypass;
      try {
        daypass = await startDaypass(options);
      } catch (error) {
        if (isPortTaken(error)) {
          throw new UsageError(`port ${flags.port} of ${flags.host} is taken; choose another with --port.`);
        }
        if (!(error instanceof StartFailure)) throw error;
        if (error.obstacle === 'master-key' || error.obstacle === 'options')
          throw new UsageError(`${error.message}.`);
        // It may be gone by the next try, which a supervisor makes after any code but 2.
        throw new Failure(error.message);
      }
      // Whoever reads that it listens may send a signal in the same moment.
      const closed = closeOnSignal(() => daypass.close());
      if (flags.workers > 1) {
        process.on('SIGHUP', () => {
          daypass.restart().catch((error: unknown) => {
            process.stderr.write(`daypass: the workers were not replaced: ${String(error)}\n`);
          });
        });
      }
      process.stdout.write(`daypass listening on ${daypass.url}\n`);
      await closed;
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
      new Option('--service-backend <service=url>', 'another service behind the gateway; repeatable')
        .env('DAYPASS_SERVICE_BACKENDS')
        .default({}, 'none')
        .argParser(parseServiceBackend),
    )
    .addOption(
      new Option('--service-rules <file>', 'how requests to those services are read, in JSON').env(
        'DAYPASS_SERVICE_RULES',
      ),
    )
    .addOption(
      new Option('--provider-override <key=url>', 'fetch a provider from elsewhere; repeatable')
        .env('DAYPASS_PROVIDER_OVERRIDES')
        .default({}, 'none')
        .argParser(parseProviderOverride),
    )
    .addOption(
      new Option('--private-provider <key>', 'a provider at private addresses, * for any; repeatable')
        .env('DAYPASS_PRIVATE_PROVIDERS')
        .default([], 'none')
        .argParser(parsePrivateProvider),
    )
    .addOption(
      new Option('--stale-keys-seconds <number>', 'how long a silent provider’s keys serve on')
        .env('DAYPASS_STALE_KEYS_SECONDS')
        .default(3600)
        .argParser(parseCount),
    )
    .addOption(
      new Option('--trusted-proxies <number>', 'proxies in front whose X-Forwarded-For counts')
        .env('DAYPASS_TRUSTED_PROXIES')
        .default(0)
        .argParser(parseCount),
    )
    .addOption(
      new Option('--rate-limit <number>', 'public requests a second of an address and operation; 0: any')
        .env('DAYPASS_RATE_LIMIT')
        .default(100)
        .argParser(parseAmount),
    )
    .addOption(
      new Option('--pool-rate-limit <number>', 'public requests a second of a pool and operation; 0: any')
        .env('DAYPASS_POOL_RATE_LIMIT')
        .default(0)
        .argParser(parseAmount),
    )
    .addOption(
      new Option('--max-connections <number>', 'connections of each worker')
        .env('DAYPASS_MAX_CONNECTIONS')
        .default(16_384)
        .argParser(parseCount),
    )
    .addOption(
      new Option('--key-rotation-days <number>', 'how long keys seal and sign; 0: for ever')
        .env('DAYPASS_KEY_ROTATION_DAYS')
        .default(90)
        .argParser(parseAmount),
    )
    .addOption(
      new Option('--console-oidc-issuer <url>', 'where administrators sign in to the console')
        .env('DAYPASS_CONSOLE_OIDC_ISSUER')
        .argParser(parseIssuer),
    )
    .addOption(
      new Option('--console-oidc-client-id <id>', 'the console’s client id there').env(
        'DAYPASS_CONSOLE_OIDC_CLIENT_ID',
      ),
    )
    .addOption(
      new Option('--console-oidc-scope <scope>', 'what is asked for (default: openid email profile)').env(
        'DAYPASS_CONSOLE_OIDC_SCOPE',
      ),
    )
    .addOption(
      new Option('--console-admin-claim <claim=value>', 'what makes an administrator; repeatable')
        .env('DAYPASS_CONSOLE_ADMIN_CLAIM')
        .default({}, 'nobody')
        .argParser(parseClaim),
    )
    .addOption(
      new Option('--console-role <name>', 'role that they get (default: DaypassConsole, which may all)').env(
        'DAYPASS_CONSOLE_ROLE',
      ),
    )
    .addOption(
      new Option('--console-session-duration <seconds>', 'how long they get it for (default: 3600)')
        .env('DAYPASS_CONSOLE_SESSION_DURATION')
        .argParser(parseDuration),
    )
    .addOption(
      new Option('--audit <destination>', 'file:PATH, stdout or an https URL for audit events; repeatable')
        .env('DAYPASS_AUDIT')
        .default([], 'none')
        .argParser(parseAudit),
    )
    .addOption(
      new Option('--events-webhook <url>', 'an https URL that is told what happens to identities')
        .env('DAYPASS_EVENTS_WEBHOOK')
        .argParser(parseWebhook),
    )
    .addOption(
      new Option('--log-level <level>', 'what is logged to stderr')
        .env('DAYPASS_LOG_LEVEL')
        .default('info')
        .choices(logLevels),
    );
}

/** What the service is started with; the backends' own keys come from the environment alone, never from arguments. */
export function daypassOptions(flags: StartFlags, environment: Environment): DaypassOptions {
  const s3 = backend('S3', '--s3-backend', flags.s3Backend, environment);
  const dynamodb = backend('DYNAMODB', '--dynamodb-backend', flags.dynamodbBackend, environment);
  const services = serviceBackends(flags, environment);
  const signIn = consoleSignIn(flags);
  return {
    host: flags.host,
    port: flags.port,
    data: flags.data,
    store: flags.store,
    workers: flags.workers,
    region: flags.region,
    account: flags.account,
    providerOverrides: flags.providerOverride,
    privateProviders: flags.privateProvider,
    staleKeysSeconds: flags.staleKeysSeconds,
    trustedProxies: flags.trustedProxies,
    rateLimit: flags.rateLimit,
    poolRateLimit: flags.poolRateLimit,
    maxConnections: flags.maxConnections,
    keyRotationDays: flags.keyRotationDays,
    audit: flags.audit,
    logLevel: flags.logLevel,
    ...(flags.eventsWebhook !== undefined && {
      eventsWebhook: { url: flags.eventsWebhook, secret: eventsSecret(environment) },
    }),
    ...(signIn && { consoleSignIn: signIn }),
    ...(flags.publicUrl !== undefined && { publicUrl: flags.publicUrl }),
    ...(s3 && {
      s3Backend: { ...s3, ...(flags.s3Subresources && { subresources: flags.s3Subresources }) },
    }),
    ...(flags.s3Domain !== undefined && { s3Domain: flags.s3Domain }),
    ...(dynamodb && { dynamodbBackend: dynamodb }),
    serviceBackends: services,
  };
}

function consoleSignIn(flags: StartFlags): ConsoleSignInOptions | undefined {
  const { consoleOidcIssuer: issuer, consoleOidcClientId: clientId, consoleOidcScope: scope } = flags;
  const { consoleAdminClaim: administrators, consoleRole: role, consoleSessionDuration: duration } = flags;
  const others = [clientId, scope, role, duration].some((value) => value !== undefined);
  const hasClaim = Object.keys(administrators).length > 0;
  if (issuer === undefined) {
    if (others || hasClaim) throw new UsageError('what is said of the console needs --console-oidc-issuer.');
    return undefined;
  }
  if (clientId === undefined || !hasClaim) {
    throw new UsageError('--console-oidc-issuer needs --console-oidc-client-id and --console-admin-claim.');
  }
  return {
    issuer,
    clientId,
    administrators,
    ...(scope !== undefined && { scope }),
    ...(role !== undefined && { role }),
    ...(duration !== undefined && { duration }),
  };
}

function eventsSecret({ DAYPASS_EVENTS_SECRET: secret }: Environment): string {
  if (!secret) throw new UsageError('--events-webhook needs the environment variable DAYPASS_EVENTS_SECRET.');
  return secret;
}

function serviceBackends(
  { serviceBackend, serviceRules }: StartFlags,
  environment: Environment,
): NonNullable<DaypassOptions['serviceBackends']> {
  const rules = serviceRules === undefined ? {} : readServiceRules(serviceRules);
  const stranger = Object.keys(rules).find((name) => !(name in serviceBackend));
  if (stranger !== undefined)
    throw new UsageError(`--service-rules names ${stranger}, which has no backend.`);
  const backends: Record<string, ServiceBackendOptions> = {};
  for (const [name, url] of Object.entries(serviceBackend)) {
    const prefix = name.toUpperCase().replaceAll('-', '_');
    const own = backend(prefix, '--service-backend', url, environment);
    if (own !== undefined) backends[name] = { ...own, ...(rules[name] && { rules: rules[name] }) };
  }
  return backends;
}

function backend(
  name: string,
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
