import type { AuthConfig } from './config.ts';
import { NetworkException, ServiceException, serviceException, UnknownException } from './errors.ts';
import type { Credentials, Exchange } from './machine.ts';

/** One request for credentials: a guest has neither logins nor, the first time, an identity. */
export interface ExchangeRequest {
  readonly identityId?: string | undefined;
  readonly logins?: Readonly<Record<string, string>>;
  readonly customRoleArn?: string | undefined;
}

/** The identity pool as this library sees it. */
export interface IdentityPool {
  /**
   * Exchanges logins, or none for a guest, for an identity and credentials. `onIdentity` is told of an identity that
   * is known before its credentials are. Throws an AuthException.
   */
  exchange(
    request: ExchangeRequest,
    signal?: AbortSignal | undefined,
    onIdentity?: (identityId: string) => Promise<void>,
  ): Promise<Exchange>;
}

const ATTEMPTS = 3;
/** Milliseconds of the longest pause before the second attempt; it doubles each time. */
const PAUSE = 400;
/** Milliseconds one attempt may take. */
const PATIENCE = 10_000;
/** Milliseconds this device's clock may differ from the service's before times of the service are moved to it. */
const TOLERATED_SKEW = 30_000;

/**
 * The pool behind an endpoint. A Daypass server gets one CORS-simple request for the whole exchange; AWS, and an
 * endpoint that speaks only Cognito's operations, get `GetId` (when the identity is not known) and
 * `GetCredentialsForIdentity`.
 */
export function connect({
  identityPoolId: IdentityPoolId,
  region = IdentityPoolId.split(':')[0],
  endpoint,
  protocol,
}: AuthConfig & { identityPoolId: string }): IdentityPool {
  const url = endpoint
    ? endpoint.replace(/\/+$/, '')
    : `https://cognito-identity.${region}.amazonaws.com${region?.startsWith('cn-') ? '.cn' : ''}`;

  if (endpoint && protocol !== 'cognito') {
    return {
      exchange: ({ identityId: IdentityId, logins: Logins, customRoleArn: CustomRoleArn }, signal) =>
        post(
          `${url}/_daypass/federate`,
          { 'content-type': 'text/plain' },
          { IdentityPoolId, Logins, IdentityId, CustomRoleArn },
          signal,
        ).then(exchangeOf),
    };
  }

  const call = (operation: string, input: object, signal: AbortSignal | undefined) =>
    post(
      `${url}/`,
      {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityService.${operation}`,
      },
      input,
      signal,
    );

  return {
    async exchange(
      { identityId: IdentityId, logins: Logins, customRoleArn: CustomRoleArn },
      signal,
      onIdentity,
    ) {
      let identityId = IdentityId;
      if (!identityId) {
        identityId = (await call('GetId', { IdentityPoolId, Logins: Logins ?? {} }, signal)).IdentityId;
        if (!identityId) throw unreadable();
        await onIdentity?.(identityId);
      }
      const input = { IdentityId: identityId, Logins, CustomRoleArn };
      return exchangeOf(await call('GetCredentialsForIdentity', input, signal));
    },
  };
}

/** The members of every answer this library reads. */
interface Answer {
  readonly IdentityId?: string;
  readonly Credentials?: {
    readonly AccessKeyId: string;
    readonly SecretKey: string;
    readonly SessionToken: string;
    /** Seconds since the epoch, on the service's clock. */
    readonly Expiration: number;
  };
  readonly __type?: string;
  readonly message?: string;
  /** What the layer in front of the service writes for `message`. */
  readonly Message?: string;
  /** Milliseconds the service's clock is ahead of this device's. */
  readonly skew: number;
}

/** Posts `input` as JSON, with growing random pauses between attempts when throttled or unreachable. */
async function post(
  url: string,
  headers: Record<string, string>,
  input: object,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(url, headers, JSON.stringify(input), signal);
    } catch (error) {
      if (attempt === ATTEMPTS || signal?.aborted || !isPassing(error)) throw error;
      await new Promise((resume) => setTimeout(resume, Math.random() * PAUSE * 2 ** (attempt - 1)));
    }
  }
}

const isPassing = (error: unknown) =>
  error instanceof NetworkException ||
  (error instanceof ServiceException &&
    (error.statusCode >= 500 || /^(TooManyRequests|Throttling)/.test(error.name)));

async function send(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const patience = new AbortController();
  const giveUp = () => patience.abort();
  const timer = setTimeout(giveUp, PATIENCE);
  signal?.addEventListener('abort', giveUp);
  let response: Response;
  let text: string;
  try {
    // The body holds a token: it follows no redirect, and no cookie goes with it.
    const rules = { credentials: 'omit', redirect: 'error' } as const;
    response = await fetch(url, { method: 'POST', headers, body, signal: patience.signal, ...rules });
    text = await response.text();
  } catch (cause) {
    throw new NetworkException(`${url} cannot be reached.`, 'Check endpoint and connection.', cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
  const answer = read(text);
  if (response.ok) return { ...answer, skew: skewOf(response) };
  throw serviceException(
    answer.__type ?? response.headers.get('x-amzn-errortype') ?? '',
    answer.message ?? answer.Message ?? `Status ${response.status}`,
    response.status,
  );
}

function read(text: string): Partial<Answer> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function skewOf({ headers }: Response): number {
  const skew = Date.parse(headers.get('date') ?? '') - Date.now();
  return Math.abs(skew) > TOLERATED_SKEW ? skew : 0;
}

function exchangeOf({ IdentityId: identityId, Credentials: given, skew }: Answer): Exchange {
  const expiration = new Date(Number(given?.Expiration) * 1000 - skew);
  if (!identityId || !given?.SecretKey || Number.isNaN(+expiration)) throw unreadable();
  const { AccessKeyId: accessKeyId, SecretKey: secretAccessKey, SessionToken: sessionToken } = given;
  const credentials: Credentials = { accessKeyId, secretAccessKey, sessionToken, expiration };
  return { identityId, credentials };
}

const unreadable = () => new UnknownException('The answer cannot be read.', 'Check endpoint and protocol.');
