import type { SignedHttpRequest } from '@daypass/sigv4';
import type { Header } from '../wire.ts';
import { S3Error } from './errors.ts';
import { isQueryAside, isQueryHeader, meaningfulHeaders } from './headers.ts';
import { bucketNamed, decode, encode, keyNamed, type ObjectVersion, type Target, targetOf } from './names.ts';
import { type Operation, operationFor } from './operations.ts';

/** A request to S3, read once: from here on only these values count, and only they are sent to the backend. */
export interface S3Request {
  readonly operation: Operation;
  readonly target: Target;
  /** The operation's own parameters; each name once. */
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case; values one character a byte. */
  readonly headers: ReadonlyMap<string, string>;
  /** Set for CopyObject and UploadPartCopy. */
  readonly copySource: ObjectVersion | undefined;
}

/**
 * Reads a request. Throws `S3Error`, for names that are ambiguous among others; gives undefined for a combination of
 * method, sub-resource and parameters that is not one of S3's operations.
 */
export function readRequest(
  wire: SignedHttpRequest,
  host: string | undefined,
  domain: string | undefined,
  account: string,
): S3Request | undefined {
  const parameters = queryOf(wire.query);
  const headers = meaningfulHeaders(wire.headers, parameters);
  requireOwner(headers, account);
  const query = new Map(parameters.filter(([name]) => !isQueryAside(name) && !isQueryHeader(name)));
  const target = targetOf(wire.path, bucketOfHost(host, domain));
  const level = target.key !== undefined ? 'object' : target.bucket !== undefined ? 'bucket' : 'service';
  const operation = operationFor(wire.method, level, query);
  if (operation === undefined) return undefined;
  if (query.get('versionId') === '')
    throw new S3Error('InvalidArgument', 'Version id cannot be the empty string');

  const copySource = headers.get('x-amz-copy-source');
  const directive = headers.get('x-amz-tagging-directive');
  if (directive !== undefined && directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', 'Unknown tagging directive.');
  }
  if (copySource === undefined) return { operation, target, query, headers, copySource: undefined };
  const copy = copies[operation.name];
  if (copy === undefined) throw new S3Error('InvalidArgument', `${operation.name} takes no copy source`);
  return {
    operation: { ...operation, name: copy, body: 'none' },
    target,
    query,
    headers,
    copySource: copySourceOf(copySource),
  };
}

/** Buckets belong to the gateway's account, whatever the store behind it calls its own. */
function requireOwner(headers: Map<string, string>, account: string): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const owner = headers.get(name);
    if (owner !== undefined && owner !== account)
      throw new S3Error('AccessDenied', 'Access Denied', `${name} is another account`);
    headers.delete(name);
  }
}

/** The operations that a copy source turns into others. */
const copies: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

/** The query, decoded, in order. A name twice is refused: servers differ in which of the two they take. */
function queryOf(query: string): Header[] {
  const parameters: Header[] = [];
  const seen = new Set<string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=');
    const name = decode((equals === -1 ? pair : pair.slice(0, equals)).replaceAll('+', '%20'));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1).replaceAll('+', '%20'));
    if (seen.has(name)) throw new S3Error('InvalidArgument', `The parameter ${name} is there more than once`);
    seen.add(name);
    parameters.push([name, value]);
  }
  return parameters;
}

/** The operation's parameters as the backend gets them. */
export function encodedQuery(query: ReadonlyMap<string, string>): string {
  return [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

/** Virtual-hosted style: the bucket before the configured domain. */
export function bucketOfHost(host: string | undefined, domain: string | undefined): string | undefined {
  if (host === undefined || domain === undefined) return undefined;
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const suffix = `.${domain.toLowerCase()}`;
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
}

/** Reads `x-amz-copy-source`: `/bucket/key`, percent-encoded, slashes too or not, with or without `?versionId=…`. */
function copySourceOf(text: string): ObjectVersion {
  const [, source = '', version] = /^([^?]*)(?:\?versionId=([^?&=]+))?$/.exec(text) ?? [];
  const [, bucket = '', key = ''] = /^\/?([^/]*)\/(.+)$/s.exec(decode(source)) ?? [];
  if (key === '') {
    throw new S3Error(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  return {
    bucket: bucketNamed(bucket),
    key: keyNamed(key),
    versionId: version === undefined ? undefined : decode(version),
  };
}

/** `x-amz-copy-source` as the backend gets it. */
export function encodedCopySource({ bucket, key, versionId }: ObjectVersion): string {
  const path = `/${bucket}/${key.split('/').map(encode).join('/')}`;
  return versionId === undefined ? path : `${path}?versionId=${encode(versionId)}`;
}
