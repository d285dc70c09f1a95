import { setTimeout as pause } from 'node:timers/promises';
import type { Agent } from 'undici';
import { ServiceError } from '../errors.ts';
import type { TemporaryCredentials } from './issuer.ts';
import { misconfigured } from './misconfigured.ts';

/** What AssumeRoleWithWebIdentity is asked for. Source: STS API reference. */
export interface WebIdentityRequest {
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly webIdentityToken: string;
  readonly durationSeconds: number;
  readonly policy?: string;
  readonly policyArns?: readonly string[];
}

/** STSs elsewhere, which let identities in by their tokens; no key of ours is involved. */
export interface ForeignSts {
  /**
   * Throws InvalidIdentityPoolConfigurationException when the STS refuses, TooManyRequestsException when it or we have
   * too much to do, and ExternalServiceException when it does not answer. The reason holds its own words, but no token.
   */
  assumeRole(endpoint: string, request: WebIdentityRequest): Promise<TemporaryCredentials>;
  close(): Promise<void>;
}

/** Calls to one STS at one time; the others wait their turn. */
const callsAtOnce = 32;
/** Calls to one STS that wait or are under way; more are turned away. */
const mostCalls = 512;
const attempts = 3;
/** Bytes. */
const longestAnswer = 64 * 1024;
const longestMessage = 300;

/** Loaded with the first call: most services make none, and it would double the time of their start. */
const undici = (): Promise<typeof import('undici')> => import('undici');

export function openForeignSts(
  options: {
    /** Milliseconds for a call, waiting and further attempts included. Default 10,000. */
    timeout?: number;
    /** Milliseconds before the second attempt, about; twice as long before each further one. Default 100. */
    firstPause?: number;
  } = {},
): ForeignSts {
  const { timeout = 10_000, firstPause = 100 } = options;
  let agent: Agent | undefined;
  const calls = new Map<string, number>();

  async function once(
    endpoint: URL,
    asked: WebIdentityRequest,
    signal: AbortSignal,
  ): Promise<TemporaryCredentials> {
    const { Agent, request } = await undici();
    // HTTP/2 would put any number of calls on one connection.
    agent ??= new Agent({ connections: callsAtOnce, allowH2: false });
    const answer = await request(endpoint, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', accept: 'text/xml' },
      body: webIdentityForm(asked),
      signal,
    });
    const text = await readText(answer.body);
    if (answer.statusCode !== 200) {
      throw foreignRefusal(answer.statusCode, text.replaceAll(asked.webIdentityToken, '…'));
    }
    const credentials = credentialsIn(text);
    if (credentials === undefined) throw new Failure('unavailable', 'it answered without credentials');
    return credentials;
  }

  async function persistently(endpoint: URL, asked: WebIdentityRequest): Promise<TemporaryCredentials> {
    await undici();
    const signal = AbortSignal.timeout(timeout);
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(endpoint, asked, signal);
      } catch (error) {
        const failure = error instanceof Failure ? error : notReached(error, signal);
        const last = attempt === attempts || failure.kind === 'refused' || signal.aborted;
        if (last) throw failure;
        // Between half and all of it, so that those who failed together do not come back together.
        const length = firstPause * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
        await pause(length, undefined, { signal }).catch(() => {
          throw failure;
        });
      }
    }
  }

  return {
    async assumeRole(endpoint, asked) {
      const url = new URL(endpoint);
      const open = calls.get(url.origin) ?? 0;
      if (open >= mostCalls)
        throw asServiceError(url, new Failure('throttled', 'too many calls wait for it'));
      calls.set(url.origin, open + 1);
      try {
        return await persistently(url, asked);
      } catch (error) {
        throw error instanceof Failure ? asServiceError(url, error) : error;
      } finally {
        calls.set(url.origin, (calls.get(url.origin) ?? 1) - 1);
      }
    },
    close: async () => agent?.destroy(),
  };
}

/** The request in AWS's Query protocol. */
export function webIdentityForm(request: WebIdentityRequest): string {
  const { policy, policyArns = [] } = request;
  const fields: (readonly [string, string])[] = [
    ['Action', 'AssumeRoleWithWebIdentity'],
    ['Version', '2011-06-15'],
    ['RoleArn', request.roleArn],
    ['RoleSessionName', request.roleSessionName],
    ['DurationSeconds', String(request.durationSeconds)],
    ...(policy === undefined ? [] : [['Policy', policy] as const]),
    ...policyArns.map((arn, index) => [`PolicyArns.member.${index + 1}.arn`, arn] as const),
    ['WebIdentityToken', request.webIdentityToken],
  ];
  // Not URLSearchParams, which writes a space as a plus: Ceph does not read it back.
  return fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

type Kind = 'refused' | 'throttled' | 'unavailable';

/** Why there are no credentials, in words for the log. */
class Failure extends Error {
  readonly kind: Kind;

  constructor(kind: Kind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** The codes with which AWS, and stores that follow it, ask for patience. */
const throttlingCodes = new Set([
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

function foreignRefusal(status: number, text: string): Failure {
  const code = textOf(text, 'Code') ?? '';
  const words = [String(status), code, textOf(text, 'Message') ?? ''].filter((word) => word !== '');
  const message = `it answered ${words.join(' ')}`.slice(0, longestMessage);
  if (status === 429 || throttlingCodes.has(code)) return new Failure('throttled', message);
  // With IDPCommunicationError the STS says that it could not reach us; with 409 Ceph that it was making the user of
  // this identity for another call just then.
  const passes = status >= 500 || status < 400 || status === 409 || code === 'IDPCommunicationError';
  return new Failure(passes ? 'unavailable' : 'refused', message);
}

function notReached(error: unknown, signal: AbortSignal): Failure {
  const why = signal.aborted ? 'it did not answer in time' : `it was not reached: ${describe(error)}`;
  return new Failure('unavailable', why, error);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function asServiceError({ host }: URL, { kind, message, cause }: Failure): ServiceError {
  const because = { reason: `the STS at ${host}: ${message}`, cause };
  switch (kind) {
    case 'refused':
      return misconfigured(because.reason, cause);
    case 'throttled':
      return new ServiceError('TooManyRequestsException', 'Rate exceeded', because);
    case 'unavailable':
      return new ServiceError(
        'ExternalServiceException',
        'The security token service of the role is unavailable.',
        because,
      );
  }
}

function credentialsIn(xml: string): TemporaryCredentials | undefined {
  const accessKeyId = textOf(xml, 'AccessKeyId');
  const secretAccessKey = textOf(xml, 'SecretAccessKey');
  const sessionToken = textOf(xml, 'SessionToken');
  const expiration = new Date(textOf(xml, 'Expiration') ?? '');
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime())) {
    return undefined;
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text of the first element of a name. The few elements of an answer that count hold text alone. */
function textOf(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  return text
    ?.replaceAll(/&(lt|gt|amp|quot|apos);/g, (_whole, entity: string) => entities[entity] ?? '')
    .trim();
}

async function readText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (length > longestAnswer) throw new Failure('unavailable', 'its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
