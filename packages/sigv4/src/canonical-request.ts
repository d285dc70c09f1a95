import { SignatureError } from './failure.ts';
import { encodePath, recodePath, recodeQuery } from './percent-encoding.ts';
import { foldSpace, type SignedHttpRequest } from './request.ts';
import { algorithm, type CredentialScope, scopeText, sha256Hex } from './signing-key.ts';

/**
 * How a service writes the path before it is signed: S3 takes it as it is, encoded once; all others resolve dot
 * segments and empty segments and encode what is already encoded (docs.aws.amazon.com, "Create a signed AWS API
 * request", step 1).
 */
export type PathRule = 'verbatim' | 'normalised';

const verbatimServices = new Set(['s3', 's3-object-lambda', 's3-outposts', 's3express']);

/** Whether a scope's service follows the rules of S3: verbatim paths, and bodies named by x-amz-content-sha256. */
export function isS3(service: string): boolean {
  return verbatimServices.has(service);
}

export function pathRuleOf(service: string): PathRule {
  return isS3(service) ? 'verbatim' : 'normalised';
}

/** The canonical request (the text that is hashed into the string to sign), one character a byte. */
export function canonicalRequest(
  request: SignedHttpRequest,
  signedHeaders: readonly string[],
  payloadSha256: string,
  pathRule: PathRule,
): string {
  const path = canonicalPath(request.path, pathRule);
  const query = canonicalQuery(request.query);
  const headers = canonicalHeaders(request, signedHeaders);
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(';')}\n${payloadSha256}`;
}

/** The text that is signed: it binds the canonical request to a time and a scope. */
export function stringToSign(timestamp: string, scope: CredentialScope, canonical: string): string {
  return `${algorithm}\n${timestamp}\n${scopeText(scope)}\n${sha256Hex(canonical)}`;
}

function canonicalPath(path: string, rule: PathRule): string {
  if (path === '') return '/';
  return rule === 'verbatim' ? recodePath(path) : encodePath(normalise(path));
}

/** Resolves `.` and `..` and drops empty segments; a last `/` stays. */
function normalise(path: string): string {
  if (!/\/\/|\/\./.test(path)) return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const directory = path.endsWith('/') && segments.length > 0;
  return `/${segments.join('/')}${directory ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs: (readonly [name: string, value: string])[] = [];
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = recodeQuery(equals === -1 ? pair : pair.slice(0, equals));
    if (name === 'X-Amz-Signature') continue;
    pairs.push([name, equals === -1 ? '' : recodeQuery(pair.slice(equals + 1))]);
  }
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** One line for each signed header, each with its line feed; values of a repeated header in wire order. */
function canonicalHeaders(request: SignedHttpRequest, signedHeaders: readonly string[]): string {
  const values = new Map<string, string | undefined>();
  for (const name of signedHeaders) values.set(name, undefined);
  for (const [key, raw] of request.headers) {
    const name = key.toLowerCase();
    if (!values.has(name)) continue;
    const before = values.get(name);
    const value = foldSpace(raw);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  let lines = '';
  for (const [name, value] of values) {
    if (value === undefined) throw new SignatureError('mismatch', `the signed header ${name} is not there`);
    lines += `${name}:${value}\n`;
  }
  return lines;
}
