import type { EventsWebhook } from './audit/events.ts';
import type { Clock } from './clock.ts';
import type { ServiceRules } from './gateway/service/rules.ts';

/** How a service is started; everything has a default. */
export interface DaypassOptions {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 4100; 0 takes any free port. */
  readonly port?: number;
  /** The directory of everything that is kept. Default: nothing is kept, all lives in memory. */
  readonly data?: string;
  /** `sqlite` (the default: a file in `data`) or `postgres://…`. */
  readonly store?: string;
  /** Processes that serve. Default 1. */
  readonly workers?: number;
  /** Default us-east-1. */
  readonly region?: string;
  /** The twelve digits in every ARN. Default 000000000000. */
  readonly account?: string;
  /** The issuer of our own OpenID tokens. Default: the address the service listens on. */
  readonly publicUrl?: string;
  readonly s3Backend?: BackendOptions;
  /** The domain under which `<bucket>.<domain>` is S3's virtual-hosted style. Default: path style only. */
  readonly s3Domain?: string;
  readonly dynamodbBackend?: BackendOptions;
  /** Any other service behind the gateway, by the name in credential scopes (`sqs`). */
  readonly serviceBackends?: Readonly<Record<string, ServiceBackendOptions>>;
  /** Login key → URL below which everything of that provider is fetched instead; http only for loopback. */
  readonly providerOverrides?: Readonly<Record<string, string>>;
  /**
   * Login keys of providers that may be at addresses which are not public; `*` is any. Default: none, so that whoever
   * registers a provider cannot make this machine ask about its own network.
   */
  readonly privateProviders?: readonly string[];
  /** Seconds that a provider's keys outlive their freshness while it does not answer. Default 3,600. */
  readonly staleKeysSeconds?: number;
  /** Proxies in front, each of which adds the address it was called from to X-Forwarded-For. Default 0. */
  readonly trustedProxies?: number;
  /**
   * Requests a second of one address (IPv6: one /64) for one public operation, ten times as many at once; 0 is no limit.
   * What this machine itself sends, past every proxy, is not limited. Each worker admits its share. Default 100.
   */
  readonly rateLimit?: number;
  /** The same for one pool, all addresses together. Default 0: a stranger could use up the whole pool's rate. */
  readonly poolRateLimit?: number;
  /** Connections at one time, in each worker. Default 16,384. */
  readonly maxConnections?: number;
  /** Days after which keys that seal sessions and sign tokens are replaced; 0 is never. Default 90. */
  readonly keyRotationDays?: number;
  /** Who may sign in to the console with an account. Default: nobody, it takes access keys alone. */
  readonly consoleSignIn?: ConsoleSignInOptions;
  /** Where audit events go besides the store: `file:PATH`, `stdout`, or an https URL (http on loopback). */
  readonly audit?: readonly string[];
  /** Where apps are told what happens to identities. Default: nowhere. */
  readonly eventsWebhook?: EventsWebhook;
  /** What is logged, to stderr as JSON lines. Default `info`. */
  readonly logLevel?: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug';
  /** Default: the system's; tests pass their own. */
  readonly clock?: Clock;
}

/** The OpenID provider that administrators sign in to the console at, and what makes one. */
export interface ConsoleSignInOptions {
  /** https, as in the `iss` of its tokens. */
  readonly issuer: string;
  /** A public client that may come back to `/_daypass/console/` of every address the console is used at. */
  readonly clientId: string;
  /** Claims of the ID token, each with values; one value of one of them makes an administrator. */
  readonly administrators: Readonly<Record<string, readonly string[]>>;
  /** What is asked for. Default `openid email profile`. */
  readonly scope?: string;
  /** The name of the role whose credentials they get. Default `DaypassConsole`, which is made and may do everything. */
  readonly role?: string;
  /** Seconds that they get them for, 900 to 43,200. Default 3,600. */
  readonly duration?: number;
}

/** A store behind the gateway, with the key that the gateway re-signs with. */
export interface BackendOptions {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The region its signatures are made for. Default us-east-1. */
  readonly region?: string;
  /**
   * S3 only: the sub-resources the store implements, `acl` for instance, or `POST uploads` where it is that method alone;
   * others are answered NotImplemented. Default: unknown, so that each needs the plain operation's permission too.
   */
  readonly subresources?: readonly string[];
}

/** A service behind the gateway of which it knows no more than how operations are told apart. */
export interface ServiceBackendOptions extends Omit<BackendOptions, 'subresources'> {
  /** Default: those of a service that is known; with others they are put together. */
  readonly rules?: ServiceRules;
}

/** A running service. */
export interface Daypass {
  /** `http://host:port`: the one endpoint of everything. */
  readonly url: string;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Replaces the workers one by one, so that somebody always answers; a single process has none to replace. */
  restart(): Promise<void>;
  /** Finishes what is in flight and ends. */
  close(): Promise<void>;
}
