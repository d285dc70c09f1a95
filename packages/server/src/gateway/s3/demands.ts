import type { ParsedSignature } from '@daypass/sigv4';
import type { Demand } from '../demand.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { requestTagContext, tagsOfQuery } from './tags.ts';

/** Tags of buckets are not read by the gateway. Tags of objects are fetched when a policy asks for them. */
export const existingTags = 's3:existingobjecttag/';
const unknownOfBucket = ['aws:resourcetag/', 's3:buckettag/'];
const unknownOfObject = [...unknownOfBucket, existingTags];

/** An object, or one version of it. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** A demand that may turn on the tags an object has. */
export interface S3Demand extends Demand {
  readonly tagged?: ObjectVersion;
}

/**
 * What a request needs to be allowed: all of it. `context` is that of the head, and of the document if it has one;
 * `implemented` are the sub-resources of the backend, if they are known. Throws `NotImplemented` for another.
 */
export function demandsOf(
  request: S3Request,
  context: Demand['context'],
  implemented: ReadonlySet<string> | undefined,
): S3Demand[] {
  const { operation, target, query, copySource } = request;
  const resource = arnOf(target.bucket, target.key);
  const actions = new Set<string>();
  const { action, versionAction } = operation;
  if (action !== undefined)
    actions.add(query.has('versionId') && versionAction !== undefined ? versionAction : action);
  for (const extra of extraActions(request)) actions.add(extra);
  const plain = plainAction(request, implemented);
  if (plain !== undefined) actions.add(plain);
  const object = objectOf(request);
  const tagged = object !== undefined && !writes.has(operation.name) ? object : undefined;
  const demands = [...actions].map((name) => demand(name, resource, context, tagged));
  return copySource === undefined ? demands : [...demands, sourceDemand(copySource, context)];
}

/** What a store does that passes over a sub-resource it does not know. */
const plainActions: Readonly<Record<string, string>> = {
  'GET bucket': 'ListBucket',
  'PUT bucket': 'CreateBucket',
  'DELETE bucket': 'DeleteBucket',
  'GET object': 'GetObject',
  'HEAD object': 'GetObject',
  'PUT object': 'PutObject',
  'DELETE object': 'DeleteObject',
};

function plainAction(
  { operation, query }: S3Request,
  implemented: ReadonlySet<string> | undefined,
): string | undefined {
  // Every store knows how uploads in parts are made, and ended.
  if (operation.name === 'AbortMultipartUpload') return undefined;
  const used = [...operation.flags, ...['versionId', 'uploadId'].filter((name) => query.has(name))];
  if (used.length === 0) return undefined;
  if (implemented === undefined) return plainActions[`${operation.method} ${operation.level}`];
  const lacking = used.find((name) => !implemented.has(name));
  if (lacking === undefined) return undefined;
  throw new S3Error(
    'NotImplemented',
    'A parameter you provided implies functionality that is not implemented.',
    `the store has no ${lacking}`,
  );
}

/** The permission to read what is copied. */
function sourceDemand(source: ObjectVersion, context: Demand['context']): S3Demand {
  const action = source.versionId === undefined ? 'GetObject' : 'GetObjectVersion';
  return demand(action, arnOf(source.bucket, source.key), withVersion(context, source.versionId), source);
}

/** The permissions to carry an object's tags along; asked for when the object has any. */
export function tagCopyDemands({ target, copySource }: S3Request, context: Demand['context']): S3Demand[] {
  if (copySource === undefined) return [];
  const action = copySource.versionId === undefined ? 'GetObjectTagging' : 'GetObjectVersionTagging';
  return [
    demand(
      action,
      arnOf(copySource.bucket, copySource.key),
      withVersion(context, copySource.versionId),
      copySource,
    ),
    demand('PutObjectTagging', arnOf(target.bucket, target.key), context),
  ];
}

export function deletionDemands(
  object: ObjectVersion,
  context: Demand['context'],
  bypassesGovernance: boolean,
): S3Demand[] {
  const resource = arnOf(object.bucket, object.key);
  const own = withVersion(context, object.versionId);
  const action = object.versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion';
  return [action, ...(bypassesGovernance ? ['BypassGovernanceRetention'] : [])].map((name) =>
    demand(name, resource, own),
  );
}

export function demand(
  action: string,
  resource: string,
  context: Demand['context'],
  tagged?: ObjectVersion,
): S3Demand {
  const unknown = tagged === undefined ? unknownOfBucket : unknownOfObject;
  return { action: `s3:${action}`, resource, context, unknown, ...(tagged === undefined ? {} : { tagged }) };
}

function withVersion(
  context: Demand['context'],
  versionId: string | undefined,
): Map<string, string | readonly string[]> {
  const own = new Map(context);
  if (versionId === undefined) own.delete('s3:versionid');
  else own.set('s3:versionid', versionId);
  return own;
}

function objectOf({ target: { bucket, key }, query }: S3Request): ObjectVersion | undefined {
  return bucket === undefined || key === undefined
    ? undefined
    : { bucket, key, versionId: query.get('versionId') };
}

/** Operations on an object that is made, replaced or deleted: AWS offers its tags to no condition. */
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
