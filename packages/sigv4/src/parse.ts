import { isS3 } from './canonical-request.ts';
import { SignatureError } from './failure.ts';
import { decodeQuery } from './percent-encoding.ts';
import { foldSpace, headerValues, type SignedHttpRequest } from './request.ts';
import { algorithm, type CredentialScope } from './signing-key.ts';
import { formatTimestamp, parseDateHeader, parseTimestamp } from './timestamp.ts';

/** The parts of a signature, read but not yet verified: nothing of it is proven before `verifySignature`. */
export interface ParsedSignature {
  readonly form: 'header' | 'query' | 'post';
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower case and sorted; empty for a POST form. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hex digits. */
  readonly signature: string;
  /** When it was signed, in milliseconds since the epoch. */
  readonly timestamp: number;
  readonly sessionToken?: string;
  /** How long a presigned URL is valid from its timestamp on. */
  readonly expiresSeconds?: number;
  /** `x-amz-content-sha256` as sent. */
  readonly contentSha256?: string;
}

/** Seven days: the longest that a presigned URL or a POST policy may be valid. */
export const longestExpirySeconds = 604_800;

/** The query parameters that make a presigned URL, in AWS's spelling. */
const queryParameters = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
] as const;
type QueryParameter = (typeof queryParameters)[number];
const queryParameterOf = new Map<string, QueryParameter>(
  queryParameters.map((name) => [name.toLowerCase(), name]),
);

/**
 * Reads the AWS Signature Version 4 of a request, from its `Authorization` header or its query string.
 *
 * `undefined` if the request carries no AWS credentials at all; an `Authorization` of another scheme, such as
 * `Bearer`, is none. Throws `SignatureError` (`incomplete`, `malformed`, `ambiguous`, `wrong-scope`,
 * `unsupported-algorithm`) for credentials that no verification could accept.
 */
export function parseSignature(request: SignedHttpRequest): ParsedSignature | undefined {
  const query = credentialParameters(request.query);
  const authorization = headerValues(request, 'authorization');
  if (query.parameters.size > 0) {
    if (authorization.length > 0)
      throw new SignatureError('ambiguous', 'credentials in the header and the query');
    return parseQueryForm(request, query);
  }
  const [value] = authorization;
  if (value === undefined) return undefined;
  if (authorization.length > 1) throw new SignatureError('ambiguous', 'more than one Authorization header');
  if (!/^AWS/i.test(value)) return undefined;
  return parseHeaderForm(request, value, query.contentSha256);
}

function parseHeaderForm(
  request: SignedHttpRequest,
  authorization: string,
  queryContentSha256: string | undefined,
): ParsedSignature {
  const space = authorization.indexOf(' ');
  if (space === -1 || authorization.slice(0, space) !== algorithm) {
    throw new SignatureError('unsupported-algorithm', `Authorization is not ${algorithm}`);
  }
  const parts = authorizationParts(authorization.slice(space + 1));
  const { accessKeyId, scope } = parseCredential(present(parts.get('Credential'), 'Credential'));
  const timestamp = headerTimestamp(request);
  requireSameDay(scope, timestamp);
  if (queryContentSha256 !== undefined) {
    throw new SignatureError('ambiguous', 'X-Amz-Content-Sha256 in the query of a request signed by header');
  }
  const contentSha256 = single(request, 'x-amz-content-sha256');
  if (contentSha256 === undefined && isS3(scope.service)) {
    throw new SignatureError('incomplete', 'x-amz-content-sha256 is required');
  }
  const sessionToken = single(request, 'x-amz-security-token');
  return {
    form: 'header',
    accessKeyId,
    scope,
    signedHeaders: parseSignedHeaders(present(parts.get('SignedHeaders'), 'SignedHeaders')),
    signature: parseSignatureHex(present(parts.get('Signature'), 'Signature')),
    timestamp,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(contentSha256 === undefined ? {} : { contentSha256 }),
  };
}

function authorizationParts(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.split(',')) {
    const match = /^[ \t]*(Credential|SignedHeaders|Signature)=([^ \t]*)[ \t]*$/.exec(part);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined) {
      throw new SignatureError('malformed', 'Authorization has a part that is not known');
    }
    if (parts.has(name)) throw new SignatureError('ambiguous', `Authorization has ${name} more than once`);
    parts.set(name, value);
  }
  return parts;
}

function headerTimestamp(request: SignedHttpRequest): number {
  const amzDate = single(request, 'x-amz-date');
  const timestamp =
    amzDate === undefined
      ? parseDateHeader(present(single(request, 'date'), 'x-amz-date'))
      : parseTimestamp(amzDate);
  if (timestamp === undefined) throw new SignatureError('malformed', 'the date is not a timestamp');
  return timestamp;
}

interface QueryCredentials {
  readonly parameters: ReadonlyMap<QueryParameter, string>;
  readonly contentSha256: string | undefined;
}

function credentialParameters(query: string): QueryCredentials {
  const parameters = new Map<QueryParameter, string>();
  let contentSha256: string | undefined;
  for (const pair of query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=');
    const sent = decodeQuery(equals === -1 ? pair : pair.slice(0, equals));
    if (sent === 'AWSAccessKeyId') {
      throw new SignatureError('unsupported-algorithm', 'the URL is presigned with Signature Version 2');
    }
    const value = equals === -1 ? '' : decodeQuery(pair.slice(equals + 1));
    const lower = sent.toLowerCase();
    if (lower === 'x-amz-content-sha256') {
      if (contentSha256 !== undefined)
        throw new SignatureError('ambiguous', `${sent} is there more than once`);
      contentSha256 = value;
    }
    const name = queryParameterOf.get(lower);
    if (name === undefined) continue;
    // AWS reads these names in this case only; another reader of the same URL may not be as strict.
    if (sent !== name) throw new SignatureError('malformed', `${name} is written otherwise`);
    if (parameters.has(name)) throw new SignatureError('ambiguous', `${name} is there more than once`);
    parameters.set(name, value);
  }
  return { parameters, contentSha256 };
}

function parseQueryForm(request: SignedHttpRequest, query: QueryCredentials): ParsedSignature {
  const parameter = (name: QueryParameter): string => present(query.parameters.get(name), name);
  if (parameter('X-Amz-Algorithm') !== algorithm) {
    throw new SignatureError('unsupported-algorithm', `X-Amz-Algorithm is not ${algorithm}`);
  }
  const { accessKeyId, scope } = parseCredential(parameter('X-Amz-Credential'));
  const timestamp = parseTimestamp(parameter('X-Amz-Date'));
  if (timestamp === undefined) throw new SignatureError('malformed', 'X-Amz-Date is not a timestamp');
  requireSameDay(scope, timestamp);
  if (single(request, 'x-amz-security-token') !== undefined) {
    throw new SignatureError('ambiguous', 'x-amz-security-token as a header of a presigned URL');
  }
  const headerSha256 = single(request, 'x-amz-content-sha256');
  if (
    headerSha256 !== undefined &&
    query.contentSha256 !== undefined &&
    headerSha256 !== query.contentSha256
  ) {
    throw new SignatureError('ambiguous', 'x-amz-content-sha256 in the header and the query');
  }
  const contentSha256 = query.contentSha256 ?? headerSha256;
  const sessionToken = query.parameters.get('X-Amz-Security-Token');
  return {
    form: 'query',
    accessKeyId,
    scope,
    signedHeaders: parseSignedHeaders(parameter('X-Amz-SignedHeaders')),
    signature: parseSignatureHex(parameter('X-Amz-Signature')),
    timestamp,
    expiresSeconds: parseExpires(parameter('X-Amz-Expires')),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(contentSha256 === undefined ? {} : { contentSha256 }),
  };
}

function parseExpires(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > longestExpirySeconds) {
    throw new SignatureError('malformed', 'X-Amz-Expires is not between 1 and 604800 seconds');
  }
  return seconds;
}

/** Reads `<access key id>/<date>/<region>/<service>/aws4_request`. Throws `malformed`. */
export function parseCredential(text: string): { accessKeyId: string; scope: CredentialScope } {
  const match = /^([\w.+=@-]{1,128})\/(\d{8})\/([\w.-]{1,64})\/([\w.-]{1,64})\/aws4_request$/.exec(text);
  const [, accessKeyId, date, region, service] = match ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined) {
    throw new SignatureError(
      'malformed',
      'Credential is not <access key>/<date>/<region>/<service>/aws4_request',
    );
  }
  return { accessKeyId, scope: { date, region, service } };
}

/** Throws `malformed` unless the text is 64 lower-case hex digits. */
export function parseSignatureHex(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new SignatureError('malformed', 'the signature is not 64 hex digits');
  return text;
}

/** A scope is of the day of the signature's timestamp. */
export function requireSameDay(scope: CredentialScope, timestamp: number): void {
  if (!formatTimestamp(timestamp).startsWith(scope.date))
    throw new SignatureError('wrong-scope', 'the credential scope is of another day');
}

function parseSignedHeaders(text: string): readonly string[] {
  const names = text.split(';');
  let before = '';
  for (const name of names) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
      throw new SignatureError('malformed', 'SignedHeaders has what is not a header name in lower case');
    }
    if (name <= before)
      throw new SignatureError('malformed', 'SignedHeaders is not sorted, or has a name twice');
    before = name;
  }
  return names;
}

function single(request: SignedHttpRequest, name: string): string | undefined {
  const values = headerValues(request, name);
  if (values.length > 1) throw new SignatureError('ambiguous', `more than one ${name} header`);
  const [value] = values;
  return value === undefined ? undefined : foldSpace(value);
}

function present(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new SignatureError('incomplete', `${name} is missing`);
  return value;
}
