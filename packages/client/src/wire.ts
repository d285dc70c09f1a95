import type { AuthConfig } from './config.ts';
import {
  type AuthException,
  NetworkException,
  ServiceException,
  serviceException,
  TooManyRequestsException,
} from './errors.ts';
import type { Exchange } from './machine.ts';

/** One request for credentials: a guest has neither logins nor, the first time, an identity. */
export interface ExchangeRequest {
  readonly identityId?: string;
  readonly logins?: Readonly<Record<string, string>>;
  readonly customRoleArn?: string;
}

/** The identity pool as this library sees it. */
export interface IdentityPool {
  /**
   * Exchanges logins, or none for a guest, for an identity and credentials. `onIdentity` is told of an identity that
   * is known before its credentials are. Throws an {@link AuthException}.
   */
  exchange(
    request: ExchangeRequest,
    signal?: AbortSignal,
    onIdentity?: (identityId: string) => Promise<void>,
  ): Promise<Exchange>;
}

const ATTEMPTS = 3;
/** Milliseconds: the longest first pause before another attempt, doubled each time. */
const PAUSE = 200;
/** Milliseconds one attempt may take. */
const PATIENCE = 10_000;
/** Milliseconds a clock may differ from the service's before expiry times are moved to it. */
const TOLERATED_SKEW = 30_000;

/**
 * The pool behind an endpoint. A Daypass server gets one CORS-simple request for the whole exchange; AWS, and an
 * endpoint that speaks only Cognito's operations, get `GetId` (when the identity is not known) and
 * `GetCredentialsForIdentity`.
 */
export function connect({
  identityPoolId,
  region,
  endpoint,
  protocol,
}: AuthConfig & { identityPoolId: string }): IdentityPool {
  const at = region ?? identityPoolId.split(':')[0] ?? '';
  const base = endpoint
    ? endpoint.replace(/\/+$/, '')
    : `https://cognito-identity.${at}.amazonaws.com${at.startsWith('cn-') ? '.cn' : ''}`;

  const operation = (name: string, input: object, signal?: AbortSignal) =>
    post(
      `${base}/`,
      { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityService.${name}` },
      input,
      signal,
    );

  if (endpoint && protocol !== 'cognito') {
    return {
      async exchange({ identityId, logins, customRoleArn }, signal) {
        const input = {
          IdentityPoolId: identityPoolId,
          Logins: logins,
          IdentityId: identityId,
          CustomRoleArn: customRoleArn,
        };
        return exchangeOf(
          await post(`${base}/_daypass/federate`, { 'content-type': 'text/plain' }, input, signal),
        );
      },
    };
  }

  return {
    async exchange({ identityId: known, logins, customRoleArn }, signal, onIdentity) {
      let identityId = known;
      if (identityId === undefined) {
        const { body } = await operation(
          'GetId',
          { IdentityPoolId: identityPoolId, Logins: logins ?? {} },
          signal,
        );
        if (!has(body, 'IdentityId')) throw unreadable();
        identityId = String(body.IdentityId);
        await onIdentity?.(identityId);
      }
      const input = { IdentityId: identityId, Logins: logins, CustomRoleArn: customRoleArn };
      return exchangeOf(await operation('GetCredentialsForIdentity', input, signal));
    },
  };
}

interface Answer {
  readonly body: unknown;
  /** Milliseconds to subtract from a time of the service to have it on this device's clock. */
  readonly skew: number;
}

/** Posts `input` as JSON, with growing random pauses between attempts when throttled or unreachable. */
async function post(
  url: string,
  headers: Record<string, string>,
  input: object,
  signal?: AbortSignal,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(url, headers, JSON.stringify(input), signal);
    } catch (error) {
      if (attempt === ATTEMPTS || signal?.aborted || !isPassing(error)) throw error;
      await new Promise((resume) => setTimeout(resume, Math.random() * PAUSE * 2 ** attempt));
    }
  }
}

const isPassing = (error: unknown) =>
  error instanceof NetworkException ||
  error instanceof TooManyRequestsException ||
  (error instanceof ServiceException && error.statusCode >= 500);

async function send(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const patience = new AbortController();
  const giveUp = () => patience.abort();
  const timer = setTimeout(giveUp, PATIENCE);
  signal?.addEventListener('abort', giveUp);
  let response: Response;
  let text: string;
  try {
    // The body holds a token: it follows no redirect, and no cookie goes with it.
    response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      credentials: 'omit',
      redirect: 'error',
      signal: patience.signal,
    });
    text = await response.text();
  } catch (cause) {
    throw new NetworkException(
      `${url} could not be reached.`,
      'Check the connection and the endpoint, then try again.',
      cause,
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
  const answer = json(text);
  if (response.ok) return { body: answer, skew: skewOf(response) };
  const field = (name: string) => (has(answer, name) ? String(answer[name]) : undefined);
  throw serviceException(
    field('__type') ?? response.headers.get('x-amzn-errortype') ?? '',
    field('message') ?? field('Message') ?? `${url} answered with status ${response.status}.`,
    response.status,
  );
}

function skewOf(response: Response): number {
  const skew = Date.parse(response.headers.get('date') ?? '') - Date.now();
  return Math.abs(skew) > TOLERATED_SKEW ? skew : 0;
}

function exchangeOf({ body, skew }: Answer): Exchange {
  if (!has(body, 'IdentityId') || !has(body, 'Credentials')) throw unreadable();
  const { IdentityId, Credentials } = body;
  if (!has(Credentials, 'Expiration') || !has(Credentials, 'SecretKey')) throw unreadable();
  return {
    identityId: String(IdentityId),
    credentials: {
      accessKeyId: String(Credentials.AccessKeyId),
      secretAccessKey: String(Credentials.SecretKey),
      sessionToken: String(Credentials.SessionToken),
      expiration: new Date(Number(Credentials.Expiration) * 1000 - skew),
    },
  };
}

const unreadable = (): AuthException =>
  serviceException('UnknownException', 'The answer is not one of an identity pool.', 200);

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function has<K extends string>(
  value: unknown,
  key: K,
): value is Record<string, unknown> & Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}
