import type { ParsedSignature } from '@daypass/sigv4';
import type { Demand } from '../demand.ts';
import type { CopySource, S3Request } from './request.ts';
import { requestTagContext, tagsOfQuery } from './tags.ts';

/** Tags of buckets are not read by the gateway. Tags of objects are fetched when a policy asks for them. */
export const existingTags = 's3:existingobjecttag/';
const unknownOfBucket = ['aws:resourcetag/', 's3:buckettag/'];
const unknownOfObject = [...unknownOfBucket, existingTags];

/** What a request needs to be allowed, all of it, as far as its head tells. */
export function demandsOf(
  request: S3Request,
  context: ReadonlyMap<string, string | readonly string[]>,
): Demand[] {
  const { operation, target, query, copySource } = request;
  const resource = arnOf(target.bucket, target.key);
  const actions = new Set<string>();
  const { action, versionAction } = operation;
  if (action !== undefined)
    actions.add(query.has('versionId') && versionAction !== undefined ? versionAction : action);
  for (const extra of extraActions(request)) actions.add(extra);
  const demands = [...actions].map((name) => demand(name, resource, context, operation.name));
  return copySource === undefined ? demands : [...demands, sourceDemand(copySource, context)];
}

/** The permission to read what is copied. */
function sourceDemand({ bucket, key, versionId }: CopySource, context: Demand['context']): Demand {
  const source = new Map(context);
  if (versionId === undefined) source.delete('s3:versionid');
  else source.set('s3:versionid', versionId);
  return demand(
    versionId === undefined ? 'GetObject' : 'GetObjectVersion',
    arnOf(bucket, key),
    source,
    'GetObject',
  );
}

export function demand(
  action: string,
  resource: string,
  context: Demand['context'],
  operation: string,
): Demand {
  // AWS does not offer the tags of an object that is about to be replaced or deleted.
  const tagless = resource.indexOf('/') === -1 || writes.has(operation);
  return { action: `s3:${action}`, resource, context, unknown: tagless ? unknownOfBucket : unknownOfObject };
}

const writes = new Set([
  'PutObject',
  'CopyObject',
  'PostObject',
  'DeleteObject',
  'DeleteObjects',
  'UploadPart',
  'UploadPartCopy',
  'CreateMultipartUpload',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
]);

export function arnOf(bucket: string | undefined, key: string | undefined): string {
  if (bucket === undefined) return 'arn:aws:s3:::*';
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}

/** Permissions that headers ask for beyond the operation's own. */
function* extraActions({ operation, query, headers }: S3Request): Generator<string> {
  const has = (...names: readonly string[]) => names.some((name) => headers.has(name));
  const setsAcl = has('x-amz-acl', ...grants);
  switch (operation.name) {
    case 'PutObject':
    case 'CopyObject':
    case 'CreateMultipartUpload':
    case 'PostObject':
      if (setsAcl) yield 'PutObjectAcl';
      if (has('x-amz-tagging')) yield 'PutObjectTagging';
      if (has('x-amz-object-lock-mode', 'x-amz-object-lock-retain-until-date')) yield 'PutObjectRetention';
      if (has('x-amz-object-lock-legal-hold')) yield 'PutObjectLegalHold';
      break;
    case 'CreateBucket':
      if (setsAcl) yield 'PutBucketAcl';
      if (has('x-amz-bucket-object-lock-enabled'))
        yield* ['PutBucketObjectLockConfiguration', 'PutBucketVersioning'];
      if (has('x-amz-object-ownership')) yield 'PutBucketOwnershipControls';
      break;
    case 'GetObjectAttributes':
      yield query.has('versionId') ? 'GetObjectVersion' : 'GetObject';
      break;
  }
  if (has('x-amz-bypass-governance-retention')) yield 'BypassGovernanceRetention';
}

const grants = [
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
];

/** Headers that are condition keys under their own name, `s3:` before it. */
const headerKeys = [
  ...grants,
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-object-ownership',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

/** Headers that are condition keys under another name. */
const renamedHeaderKeys = {
  'if-match': 's3:if-match',
  'if-none-match': 's3:if-none-match',
  'x-amz-object-lock-legal-hold': 's3:object-lock-legal-hold',
  'x-amz-object-lock-mode': 's3:object-lock-mode',
  'x-amz-object-lock-retain-until-date': 's3:object-lock-retain-until-date',
};

const creations = new Map([
  ['PutObject', 'true'],
  ['CopyObject', 'true'],
  ['PostObject', 'true'],
  ['CompleteMultipartUpload', 'true'],
  ['CreateMultipartUpload', 'false'],
  ['UploadPart', 'false'],
  ['UploadPartCopy', 'false'],
]);

/**
 * The condition keys of a request, as far as its head tells. Source: Service Authorization Reference, "Amazon S3",
 * and User Guide, "Amazon S3 condition keys" and "Signature Version 4 authentication-specific policy keys".
 */
export function contextOf(
  { operation, query, headers, copySource }: S3Request,
  signature: ParsedSignature,
  place: { readonly account: string; readonly now: number },
): Map<string, string | readonly string[]> {
  const context = new Map<string, string | readonly string[]>([
    ['s3:authtype', { header: 'REST-HEADER', query: 'REST-QUERY-STRING', post: 'POST' }[signature.form]],
    ['s3:signatureversion', 'AWS4-HMAC-SHA256'],
    ['s3:resourceaccount', place.account],
  ]);
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) context.set(name, value);
  };
  // Milliseconds, and for presigned URLs only.
  if (signature.form === 'query') set('s3:signatureage', String(place.now - signature.timestamp));
  set(
    's3:x-amz-content-sha256',
    signature.contentSha256 ?? (signature.form === 'query' ? 'UNSIGNED-PAYLOAD' : undefined),
  );
  set('s3:versionid', query.get('versionId'));
  set('s3:objectcreationoperation', creations.get(operation.name));
  if (operation.action?.startsWith('ListBucket')) {
    set('s3:prefix', query.get('prefix'));
    set('s3:delimiter', query.get('delimiter'));
    set('s3:max-keys', query.get('max-keys'));
  }
  for (const name of headerKeys) set(`s3:${name}`, headers.get(name));
  if (copySource !== undefined) set('s3:x-amz-copy-source', `/${copySource.bucket}/${copySource.key}`);
  for (const [name, key] of Object.entries(renamedHeaderKeys)) set(key, headers.get(name));
  const tagging = headers.get('x-amz-tagging');
  if (tagging !== undefined)
    for (const [name, value] of requestTagContext(tagsOfQuery(tagging))) context.set(name, value);
  return context;
}
