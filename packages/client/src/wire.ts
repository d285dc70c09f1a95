import type { AuthConfig } from './config.ts';
import { NetworkException, ServiceException, serviceException, UnknownException } from './errors.ts';
import { objectIn } from './json.ts';
import type { Exchange } from './machine.ts';

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
    onIdentity?: (identityId: string) => Promise<unknown>,
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

  const cognito = (operation: string, input: object, signal?: AbortSignal) => {
    const target = `AWSCognitoIdentityService.${operation}`;
    return post(
      `${url}/`,
      { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      input,
      signal,
    );
  };

  return {
    async exchange({ identityId, logins: Logins, customRoleArn: CustomRoleArn }, signal, onIdentity) {
      let IdentityId = identityId;
      if (endpoint && protocol !== 'cognito') {
        const input = { IdentityPoolId, IdentityId, Logins, CustomRoleArn };
        return exchangeOf(
          await post(`${url}/_daypass/federate`, { 'content-type': 'text/plain' }, input, signal),
        );
      }
      if (!IdentityId) {
        ({ IdentityId } = await cognito('GetId', { IdentityPoolId, Logins: Logins ?? {} }, signal));
        if (!IdentityId) throw unreadable();
        await onIdentity?.(IdentityId);
      }
      const input = { IdentityId, Logins, CustomRoleArn };
      return exchangeOf(await cognito('GetCredentialsForIdentity', input, signal));
    },
  };
}

/** The members of every answer this library reads. */
interface Answer {
  readonly IdentityId?: string;
  readonly Credentials?: {
    readonly AccessKeyId?: string;
    readonly SecretKey?: string;
    readonly SessionToken?: string;
    /** Seconds since the epoch, on the service's clock. */
    readonly Expiration?: number;
  };
  readonly __type?: string;
  readonly message?: string;
  /** What the layer in front of the service writes for `message`. */
  readonly Message?: string;
  /** Milliseconds the service's clock is ahead of this device's. */
  readonly skew?: number;
}

/** Posts `input` as JSON, with growing random pauses between attempts when throttled or unreachable. */
async function post(
  url: string,
  headers: Record<string, string>,
  input: object,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const patience = new AbortController();
    const giveUp = () => patience.abort();
    const timer = setTimeout(giveUp, PATIENCE);
    signal?.addEventListener('abort', giveUp);
    try {
      // The body holds a token: it follows no redirect, and no cookie goes with it.
      const rules = { credentials: 'omit', redirect: 'error' } as const;
      const body = JSON.stringify(input);
      return await answerOf(
        await fetch(url, { method: 'POST', headers, body, signal: patience.signal, ...rules }),
      );
    } catch (cause) {
      const error =
        cause instanceof ServiceException
          ? cause
          : new NetworkException(`${url} cannot be reached.`, 'Check endpoint and connection.', cause);
      if (attempt === ATTEMPTS || signal?.aborted || !isPassing(error)) throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
    await new Promise((resume) => setTimeout(resume, Math.random() * PAUSE * 2 ** (attempt - 1)));
  }
}

const isPassing = (error: NetworkException | ServiceException) =>
  !('statusCode' in error) || error.statusCode >= 500 || /^(TooManyRequests|Throttling)/.test(error.name);

/** What `response` says, or the error it is. */
async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const answer: Answer = objectIn(() => text);
  if (response.ok) return { ...answer, skew: skewOf(response) };
  throw serviceException(
    answer.__type ?? response.headers.get('x-amzn-errortype') ?? '',
    answer.message ?? answer.Message ?? `Status ${response.status}`,
    response.status,
  );
}

function skewOf({ headers }: Response): number {
  const skew = Date.parse(headers.get('date') ?? '') - Date.now();
  return Math.abs(skew) > TOLERATED_SKEW ? skew : 0;
}

function exchangeOf({ IdentityId: identityId, Credentials: given = {}, skew = 0 }: Answer): Exchange {
  const { AccessKeyId: accessKeyId, SecretKey: secretAccessKey, SessionToken: sessionToken } = given;
  const expiration = new Date(Number(given.Expiration) * 1000 - skew);
  if (!identityId || !accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(+expiration))
    throw unreadable();
  return { identityId, credentials: { accessKeyId, secretAccessKey, sessionToken, expiration } };
}

const unreadable = () => new UnknownException('The answer cannot be read.', 'Check endpoint and protocol.');
