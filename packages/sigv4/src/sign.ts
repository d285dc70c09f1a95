import { canonicalRequest, isS3, pathRuleOf, stringToSign } from './canonical-request.ts';
import { encodeComponent } from './percent-encoding.ts';
import { headerValues, type SignedHttpRequest } from './request.ts';
import { algorithm, type CredentialScope, hmac, scopeText, signingKey } from './signing-key.ts';
import { formatTimestamp } from './timestamp.ts';

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What HTTP software between signer and verifier adds, removes or rewrites. */
const neverSigned = new Set([
  'authorization',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);

/**
 * Signs a request in header form and returns the headers to add: `x-amz-date`, `x-amz-content-sha256` (S3 only),
 * `x-amz-security-token` (with a session token) and `authorization`. All headers given are signed, save those
 * that a transport may change; `host` must be among them, and none of those to add.
 *
 * `payloadSha256` is the body's SHA-256 in hex or, for S3, `UNSIGNED-PAYLOAD` or one of the `STREAMING-…` names.
 */
export function signRequest(
  request: SignedHttpRequest,
  key: SigningKey,
  payloadSha256: string,
): [name: string, value: string][] {
  const timestamp = formatTimestamp(key.now);
  const added: [string, string][] = [['x-amz-date', timestamp]];
  if (isS3(key.service)) added.push(['x-amz-content-sha256', payloadSha256]);
  if (key.sessionToken !== undefined) added.push(['x-amz-security-token', key.sessionToken]);
  for (const name of ['authorization', ...added.map(([name]) => name)]) {
    if (headerValues(request, name).length > 0) throw new TypeError(`the request has ${name} already`);
  }
  const signing = { ...request, headers: [...request.headers, ...added] };
  const signedHeaders = headersToSign(signing);
  const scope = scopeOf(key, timestamp);
  const signature = sign(signing, signedHeaders, key, timestamp, payloadSha256);
  const authorization =
    `${algorithm} Credential=${key.accessKeyId}/${scopeText(scope)}, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return [...added, ['authorization', authorization]];
}

/**
 * Signs a request in query form and returns its whole query string. All headers given are signed and must be
 * sent; `host` must be among them. `expiresSeconds` is 1 to 604800. For S3, `payloadSha256` is `UNSIGNED-PAYLOAD`
 * unless `x-amz-content-sha256` is among the headers or in the query.
 */
export function presignRequest(
  request: SignedHttpRequest,
  key: SigningKey & { readonly expiresSeconds: number },
  payloadSha256: string,
): string {
  const timestamp = formatTimestamp(key.now);
  const signedHeaders = headersToSign(request);
  const parameters = [
    ['X-Amz-Algorithm', algorithm],
    ['X-Amz-Credential', `${key.accessKeyId}/${scopeText(scopeOf(key, timestamp))}`],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(key.expiresSeconds)],
    ...(key.sessionToken === undefined ? [] : [['X-Amz-Security-Token', key.sessionToken]]),
    ['X-Amz-SignedHeaders', signedHeaders.join(';')],
  ].map(([name = '', value = '']) => `${name}=${encodeComponent(value)}`);
  const query = [...(request.query === '' ? [] : [request.query]), ...parameters].join('&');
  const signature = sign({ ...request, query }, signedHeaders, key, timestamp, payloadSha256);
  return `${query}&X-Amz-Signature=${signature}`;
}

function headersToSign(request: SignedHttpRequest): string[] {
  const names = new Set(
    request.headers.map(([name]) => name.toLowerCase()).filter((name) => !neverSigned.has(name)),
  );
  if (!names.has('host')) throw new TypeError('the request to sign has no host header');
  return [...names].sort();
}

function scopeOf(key: SigningKey, timestamp: string): CredentialScope {
  return { date: timestamp.slice(0, 8), region: key.region, service: key.service };
}

function sign(
  request: SignedHttpRequest,
  signedHeaders: readonly string[],
  key: SigningKey,
  timestamp: string,
  payloadSha256: string,
): string {
  const scope = scopeOf(key, timestamp);
  const canonical = canonicalRequest(request, signedHeaders, payloadSha256, pathRuleOf(key.service));
  return hmac(signingKey(key.secretKey, scope), stringToSign(timestamp, scope, canonical));
}
