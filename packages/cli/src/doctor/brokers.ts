import { isIP } from 'node:net';
import { callDaypass, callIam, type Endpoint, isAwsError } from '../service/aws-api.ts';
import { type AccessKey, wholeKey } from '../service/credentials-file.ts';
import { itemsOf, textOf } from '../service/iam.ts';
import { poolIds } from '../service/inventory.ts';
import type { Finding } from './finding.ts';
import { ask, member } from './http.ts';

const what = 'Broker';

/** A foreign STS by which roles of a pool are brokered, as ExplainBrokers tells of it. */
interface Tried {
  readonly poolId: string;
  readonly roleArn: string;
  readonly outcome: string;
  readonly detail: string;
  readonly endpoint: string;
  readonly roleThere: string;
}

/**
 * Whether brokered roles give credentials. The service itself tries each of them for real; what it needs for that, and
 * what the operator's key to the other side can see there, is looked at besides. Nothing for a service without brokers.
 */
export async function examineBrokers(service: Endpoint): Promise<Finding[]> {
  const tried = (await Promise.all((await poolIds(service)).map((id) => tryBrokers(service, id)))).flat();
  if (tried.length === 0) return [];
  const issuer = String(await member(`${service.url}/.well-known/openid-configuration`, 'issuer'));
  const endpoints = new Set(tried.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== ''));
  const around = await Promise.all([
    signingKey(service.url),
    ...[...endpoints].map((endpoint) => issuerFor(endpoint, issuer)),
    ...[...endpoints].map(clock),
    ...providersOf(tried).map((provider) => registered(provider, issuer)),
  ]);
  return [
    ...tried.map((trial) => findingOf(trial, issuer)),
    ...around.filter((finding) => finding !== undefined),
  ];
}

async function tryBrokers(service: Endpoint, poolId: string): Promise<Tried[]> {
  const { Settings } = await callDaypass(service, 'GetPoolSettings', { IdentityPoolId: poolId });
  if (Reflect.get(Object(Settings), 'Brokers') === undefined) return [];
  const { Roles } = await callDaypass(service, 'ExplainBrokers', { IdentityPoolId: poolId });
  return itemsOf(Roles).map((role) => {
    const broker: unknown = Reflect.get(Object(role), 'Broker');
    return {
      poolId,
      roleArn: textOf(role, 'RoleArn'),
      outcome: textOf(role, 'Outcome'),
      detail: textOf(role, 'Detail'),
      endpoint: textOf(broker, 'Endpoint'),
      roleThere: textOf(broker, 'RoleArn'),
    };
  });
}

function findingOf(trial: Tried, issuer: string): Finding {
  const detail = `${trial.roleArn}: ${trial.detail}`;
  if (trial.outcome === 'ok') return { what, outcome: 'good', detail };
  if (trial.outcome === 'untried') {
    const advice =
      'Make its trust policy here let the pool’s identities in, or try with a real token: daypass explain.';
    return { what, outcome: 'doubtful', detail, advice };
  }
  const [, advice] = remedies.find(([sign]) => sign.test(trial.detail)) ?? [];
  return { what, outcome: 'bad', detail, ...(advice && { advice: advice({ ...trial, issuer }) }) };
}

/** By the words of a refusal, what is missing and what to do. Refusals of the pool's own settings say it themselves. */
const remedies: readonly (readonly [sign: RegExp, advice: (of: Tried & { issuer: string }) => string])[] = [
  [
    /IDPCommunicationError/,
    ({ issuer }) =>
      `The STS must reach ${issuer}/.well-known/openid-configuration: set --public-url, open the way.`,
  ],
  [
    /was not reached|did not answer|answered without credentials|answer is too long/,
    ({ endpoint }) =>
      `The service must reach ${endpoint} – address, firewall, its certificate – and an STS must be there.`,
  ],
  [
    /No OpenIDConnect provider|InvalidIdentityToken|InvalidClient|Incorrect token audience/,
    ({ issuer, poolId }) =>
      `Register ${issuer} as a provider there, with the client id ${poolId}: daypass broker setup --pool ${poolId} says how.`,
  ],
  [/sts:TagSession/, ({ roleThere }) => `Let the trust policy of ${roleThere} allow sts:TagSession too.`],
  [
    /DurationSeconds|MaxSessionDuration/,
    ({ roleThere }) => `Raise the longest session of ${roleThere}, or lower the pool’s CredentialLifetime.`,
  ],
  [
    /AccessDenied/,
    ({ roleThere, poolId, issuer }) =>
      `Look there at the role ${roleThere}, whom it trusts, the provider ${issuer}, its client id ${poolId}, and the clock: daypass broker setup --pool ${poolId} prints what is needed.`,
  ],
  [
    /no value for/,
    () => 'Map a claim to the tag that the session policy names, or take it out of the policy.',
  ],
  [/ThrottlingException|Throttling|too many calls/, () => 'Try again later; the STS asks for patience.'],
];

/** STSs verify RS256, and Ceph takes the key from the certificate of the first one. */
async function signingKey(url: string): Promise<Finding | undefined> {
  const algorithms = await member(
    `${url}/.well-known/openid-configuration`,
    'id_token_signing_alg_values_supported',
  );
  const [first] = itemsOf(await member(`${url}/.well-known/jwks_uri`, 'keys'));
  const [certificate] = itemsOf(Reflect.get(Object(first), 'x5c'));
  if (itemsOf(algorithms).includes('RS256') && typeof certificate === 'string') return undefined;
  return {
    what,
    outcome: 'bad',
    detail: 'the published keys are not the service’s: no RS256, or no certificate (x5c)',
    advice: 'A proxy in front must pass /.well-known/ through to Daypass.',
  };
}

/** Source: IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM". */
async function issuerFor(endpoint: string, issuer: string): Promise<Finding | undefined> {
  const { hostname } = new URL(endpoint);
  const { protocol, port, hostname: own } = new URL(issuer);
  const detail = `${hostname} cannot trust ${issuer}`;
  const advice = 'Set --public-url to the https address, without a port, at which it reaches the service.';
  if (/(^|\.)amazonaws\.com(\.cn)?$/.test(hostname)) {
    const isPublic = protocol === 'https:' && port === '' && isIP(own) === 0 && own.includes('.');
    return isPublic ? undefined : { what, outcome: 'bad', detail, advice };
  }
  if (protocol === 'https:' || isLoopback(hostname)) return undefined;
  return {
    what,
    outcome: 'doubtful',
    detail: `${hostname} fetches keys from ${issuer} in the clear`,
    advice: 'Put TLS in front and set --public-url to the https address.',
  };
}

function isLoopback(hostname: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/** An STS takes no token from its future; the service dates its tokens back by a minute. */
async function clock(endpoint: string): Promise<Finding | undefined> {
  const date = Date.parse((await ask(endpoint))?.headers.get('date') ?? '');
  // From here the STS need not be reached, nor need it tell the time.
  if (Number.isNaN(date)) return undefined;
  const behind = Math.round((Date.now() - date) / 1000);
  if (Math.abs(behind) <= 30) return undefined;
  const detail = `the clock of ${new URL(endpoint).host} is ${Math.abs(behind)} s ${behind > 0 ? 'behind' : 'ahead'}`;
  const advice = 'Set the clocks by NTP: tokens are refused before their time and after it.';
  return { what, outcome: behind > 60 ? 'bad' : 'doubtful', detail, advice };
}

/** A provider of OpenID Connect in an IAM that the operator's key opens. */
interface Provider {
  readonly iam: Endpoint;
  readonly account: string;
  readonly poolId: string;
}

/** One for each pool and account; none without a key to look with, or where ARNs are not AWS's. */
function providersOf(tried: readonly Tried[]): Provider[] {
  const {
    DAYPASS_TARGET_ACCESS_KEY_ID: id,
    DAYPASS_TARGET_SECRET_ACCESS_KEY: secret,
    DAYPASS_TARGET_SESSION_TOKEN: token,
  } = process.env;
  const key = wholeKey(id, secret, token);
  if (key === undefined) return [];
  const providers = new Map<string, Provider>();
  for (const { endpoint, roleThere, poolId } of tried) {
    const [, account] = /^arn:aws[\w-]*:iam::(\d*):role\//.exec(roleThere) ?? [];
    if (account === undefined || endpoint === '') continue;
    providers.set(`${poolId} ${account} ${endpoint}`, { iam: iamAt(endpoint, key), account, poolId });
  }
  return [...providers.values()];
}

function iamAt(endpoint: string, key: AccessKey): Endpoint {
  const isAws = new URL(endpoint).hostname.endsWith('.amazonaws.com');
  return { url: isAws ? 'https://iam.amazonaws.com' : endpoint, region: 'us-east-1', ...key };
}

async function registered({ iam, account, poolId }: Provider, issuer: string): Promise<Finding> {
  const name = issuer.replace(/^https?:\/\//, '');
  const OpenIDConnectProviderArn = `arn:aws:iam::${account}:oidc-provider/${name}`;
  const advice = `daypass broker setup --pool ${poolId} with --apply does it.`;
  try {
    const { ClientIDList } = await callIam(iam, 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn });
    if (itemsOf(ClientIDList).includes(poolId)) {
      return { what, outcome: 'good', detail: `${OpenIDConnectProviderArn} knows the pool ${poolId}` };
    }
    const detail = `${OpenIDConnectProviderArn} has no client id ${poolId}`;
    return { what, outcome: 'bad', detail, advice };
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntity') || isAwsError(error, 'HTTP 404')) {
      return { what, outcome: 'bad', detail: `there is no provider ${OpenIDConnectProviderArn}`, advice };
    }
    return {
      what,
      outcome: 'doubtful',
      detail: `${OpenIDConnectProviderArn} cannot be looked at: ${error instanceof Error ? error.message : String(error)}`,
      advice: 'The key in DAYPASS_TARGET_ACCESS_KEY_ID must allow iam:GetOpenIDConnectProvider.',
    };
  }
}
