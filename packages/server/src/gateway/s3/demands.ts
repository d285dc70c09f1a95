import type { Demand } from '../demand.ts';
import { S3Error } from './errors.ts';
import type { ObjectVersion } from './names.ts';
import type { S3Request } from './request.ts';

/** Tags of buckets are not read by the gateway. Tags of objects are fetched when a policy asks for them. */
export const existingTags = 's3:existingobjecttag/';
const unknownOfBucket = ['aws:resourcetag/', 's3:buckettag/'];
const unknownOfObject = [...unknownOfBucket, existingTags];

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
  const { action, versionAction } = operation;
  const versioned = query.has('versionId') && versionAction !== undefined;
  const plain = plainAction(request, implemented);
  const actions = new Set([
    ...(action === undefined ? [] : [versioned ? versionAction : action]),
    ...extraActions(request),
    ...(plain === undefined ? [] : [plain]),
  ]);
  const object = objectOf(request);
  const tagged = object !== undefined && !writes.has(operation.name) ? object : undefined;
  const demands = [...actions].map((name) => demand(name, resource, context, tagged));
  return copySource === undefined
    ? demands
    : [...demands, ...sourceDemands(copySource, context, implemented)];
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
  if (used.length === 0 || areImplemented(operation.method, used, implemented)) return undefined;
  return plainActions[`${operation.method} ${operation.level}`];
}

/** Whether the store implements the sub-resources; false when nobody knows. Throws `NotImplemented` when it does not. */
function areImplemented(
  method: string,
  subresources: readonly string[],
  implemented: ReadonlySet<string> | undefined,
): boolean {
  if (implemented === undefined) return false;
  const lacking = subresources.find(
    (name) => !implemented.has(name) && !implemented.has(`${method} ${name}`),
  );
  if (lacking === undefined) return true;
  throw new S3Error(
    'NotImplemented',
    'A parameter you provided implies functionality that is not implemented.',
    `the store has no ${lacking}`,
  );
}

/** The action on an object or on one version of it, or both where the store may take the one for the other. */
function versionActions(
  method: string,
  action: string,
  versionAction: string,
  { versionId }: ObjectVersion,
  implemented: ReadonlySet<string> | undefined,
): string[] {
  if (versionId === undefined) return [action];
  return areImplemented(method, ['versionId'], implemented) ? [versionAction] : [versionAction, action];
}

/** The permission to read what is copied. */
function sourceDemands(
  source: ObjectVersion,
  context: Demand['context'],
  implemented: ReadonlySet<string> | undefined,
): S3Demand[] {
  const own = withVersion(context, source.versionId);
  return versionActions('GET', 'GetObject', 'GetObjectVersion', source, implemented).map((action) =>
    demand(action, arnOf(source.bucket, source.key), own, source),
  );
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

/** What deleting one object of a batch needs. */
export function deletionDemands(
  object: ObjectVersion,
  context: Demand['context'],
  bypassesGovernance: boolean,
  implemented: ReadonlySet<string> | undefined,
): S3Demand[] {
  const resource = arnOf(object.bucket, object.key);
  const own = withVersion(context, object.versionId);
  const actions = versionActions('DELETE', 'DeleteObject', 'DeleteObjectVersion', object, implemented);
  if (bypassesGovernance) actions.push('BypassGovernanceRetention');
  return actions.map((action) => demand(action, resource, own));
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

export const grants = [
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
];
