/**
 * S3's REST API as data: how each operation is told from the others, and the permission it needs first. An operation,
 * a sub-resource or a parameter that is not here is refused.
 * Source: Amazon S3 API Reference; actions by the User Guide, "Required permissions for Amazon S3 API operations".
 */
export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly level: 'service' | 'bucket' | 'object';
  /** Query names without a value that mark the operation. */
  readonly flags: readonly string[];
  /** Query names with a value that must be there; a value here is the only one allowed. */
  readonly required: Readonly<Record<string, string | undefined>>;
  readonly optional: readonly string[];
  /** Undefined where the permission is not one on the object or bucket in the path (DeleteObjects). */
  readonly action: string | undefined;
  /** With `versionId` another action is asked for. */
  readonly versionAction: string | undefined;
  /** `object`: bytes to be stored, streamed. `document`: XML, read whole. */
  readonly body: 'none' | 'object' | 'document';
}

interface Extra {
  readonly flags?: readonly string[];
  readonly required?: Readonly<Record<string, string | undefined>>;
  readonly optional?: readonly string[];
  readonly versionAction?: string;
  readonly body?: Operation['body'];
}

function operation(
  level: Operation['level'],
  method: Operation['method'],
  name: string,
  action: string | undefined,
  extra: Extra = {},
): Operation {
  const { flags = [], required = {}, optional = [], versionAction, body = 'none' } = extra;
  return { name, method, level, flags, required, optional, action, versionAction, body };
}

/** A configuration of a bucket: one sub-resource, read and written whole. Deleting mostly needs the permission to put. */
function configuration(
  flag: string,
  actions: { get?: string; put?: string; delete?: string },
  optional: readonly string[] = [],
): Operation[] {
  const name = flag.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const extra = { flags: [flag], optional };
  return [
    ...(actions.get === undefined
      ? []
      : [operation('bucket', 'GET', `GetBucket${name}`, actions.get, extra)]),
    ...(actions.put === undefined
      ? []
      : [operation('bucket', 'PUT', `PutBucket${name}`, actions.put, { ...extra, body: 'document' })]),
    ...(actions.delete === undefined
      ? []
      : [operation('bucket', 'DELETE', `DeleteBucket${name}`, actions.delete, extra)]),
  ];
}

const responseOverrides = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];
const listing = ['delimiter', 'encoding-type', 'max-keys', 'prefix'];
const anyValue = undefined;

export const operations: readonly Operation[] = [
  operation('service', 'GET', 'ListBuckets', 'ListAllMyBuckets', {
    optional: ['max-buckets', 'continuation-token', 'prefix', 'bucket-region'],
  }),

  operation('bucket', 'PUT', 'CreateBucket', 'CreateBucket', { body: 'document' }),
  operation('bucket', 'DELETE', 'DeleteBucket', 'DeleteBucket'),
  operation('bucket', 'HEAD', 'HeadBucket', 'ListBucket'),
  operation('bucket', 'GET', 'ListObjects', 'ListBucket', { optional: [...listing, 'marker'] }),
  operation('bucket', 'GET', 'ListObjectsV2', 'ListBucket', {
    required: { 'list-type': '2' },
    optional: [...listing, 'continuation-token', 'fetch-owner', 'start-after'],
  }),
  operation('bucket', 'GET', 'ListObjectVersions', 'ListBucketVersions', {
    flags: ['versions'],
    optional: [...listing, 'key-marker', 'version-id-marker'],
  }),
  operation('bucket', 'GET', 'ListMultipartUploads', 'ListBucketMultipartUploads', {
    flags: ['uploads'],
    optional: ['delimiter', 'encoding-type', 'key-marker', 'max-uploads', 'prefix', 'upload-id-marker'],
  }),
  operation('bucket', 'POST', 'DeleteObjects', undefined, { flags: ['delete'], body: 'document' }),

  ...configuration('abac', { get: 'GetBucketAbac', put: 'PutBucketAbac' }),
  ...configuration('accelerate', { get: 'GetAccelerateConfiguration', put: 'PutAccelerateConfiguration' }),
  ...configuration('acl', { get: 'GetBucketAcl', put: 'PutBucketAcl' }),
  ...configuration(
    'analytics',
    {
      get: 'GetAnalyticsConfiguration',
      put: 'PutAnalyticsConfiguration',
      delete: 'PutAnalyticsConfiguration',
    },
    ['id', 'continuation-token'],
  ),
  ...configuration('cors', { get: 'GetBucketCORS', put: 'PutBucketCORS', delete: 'PutBucketCORS' }),
  ...configuration('encryption', {
    get: 'GetEncryptionConfiguration',
    put: 'PutEncryptionConfiguration',
    delete: 'PutEncryptionConfiguration',
  }),
  ...configuration(
    'intelligent-tiering',
    {
      get: 'GetIntelligentTieringConfiguration',
      put: 'PutIntelligentTieringConfiguration',
      delete: 'PutIntelligentTieringConfiguration',
    },
    ['id', 'continuation-token'],
  ),
  ...configuration(
    'inventory',
    {
      get: 'GetInventoryConfiguration',
      put: 'PutInventoryConfiguration',
      delete: 'PutInventoryConfiguration',
    },
    ['id', 'continuation-token'],
  ),
  ...configuration('lifecycle', {
    get: 'GetLifecycleConfiguration',
    put: 'PutLifecycleConfiguration',
    delete: 'PutLifecycleConfiguration',
  }),
  ...configuration('location', { get: 'GetBucketLocation' }),
  ...configuration('logging', { get: 'GetBucketLogging', put: 'PutBucketLogging' }),
  ...configuration(
    'metrics',
    { get: 'GetMetricsConfiguration', put: 'PutMetricsConfiguration', delete: 'PutMetricsConfiguration' },
    ['id', 'continuation-token'],
  ),
  ...configuration('notification', { get: 'GetBucketNotification', put: 'PutBucketNotification' }),
  ...configuration('object-lock', {
    get: 'GetBucketObjectLockConfiguration',
    put: 'PutBucketObjectLockConfiguration',
  }),
  ...configuration('ownershipControls', {
    get: 'GetBucketOwnershipControls',
    put: 'PutBucketOwnershipControls',
    delete: 'PutBucketOwnershipControls',
  }),
  ...configuration('policy', {
    get: 'GetBucketPolicy',
    put: 'PutBucketPolicy',
    delete: 'DeleteBucketPolicy',
  }),
  ...configuration('policyStatus', { get: 'GetBucketPolicyStatus' }),
  ...configuration('publicAccessBlock', {
    get: 'GetBucketPublicAccessBlock',
    put: 'PutBucketPublicAccessBlock',
    delete: 'PutBucketPublicAccessBlock',
  }),
  ...configuration('replication', {
    get: 'GetReplicationConfiguration',
    put: 'PutReplicationConfiguration',
    delete: 'PutReplicationConfiguration',
  }),
  ...configuration('requestPayment', { get: 'GetBucketRequestPayment', put: 'PutBucketRequestPayment' }),
  ...configuration('tagging', {
    get: 'GetBucketTagging',
    put: 'PutBucketTagging',
    delete: 'PutBucketTagging',
  }),
  ...configuration('versioning', { get: 'GetBucketVersioning', put: 'PutBucketVersioning' }),
  ...configuration('website', {
    get: 'GetBucketWebsite',
    put: 'PutBucketWebsite',
    delete: 'DeleteBucketWebsite',
  }),

  operation('object', 'GET', 'GetObject', 'GetObject', {
    optional: [...responseOverrides, 'versionId', 'partNumber'],
    versionAction: 'GetObjectVersion',
  }),
  operation('object', 'HEAD', 'HeadObject', 'GetObject', {
    optional: [...responseOverrides, 'versionId', 'partNumber'],
    versionAction: 'GetObjectVersion',
  }),
  operation('object', 'PUT', 'PutObject', 'PutObject', { body: 'object' }),
  operation('object', 'DELETE', 'DeleteObject', 'DeleteObject', {
    optional: ['versionId'],
    versionAction: 'DeleteObjectVersion',
  }),
  operation('object', 'GET', 'GetObjectAttributes', 'GetObjectAttributes', {
    flags: ['attributes'],
    optional: ['versionId'],
    versionAction: 'GetObjectVersionAttributes',
  }),
  operation('object', 'POST', 'SelectObjectContent', 'GetObject', {
    flags: ['select'],
    required: { 'select-type': '2' },
    body: 'document',
  }),
  operation('object', 'POST', 'RestoreObject', 'RestoreObject', {
    flags: ['restore'],
    optional: ['versionId'],
    body: 'document',
  }),
  operation('object', 'GET', 'GetObjectTorrent', 'GetObjectTorrent', { flags: ['torrent'] }),

  operation('object', 'GET', 'GetObjectAcl', 'GetObjectAcl', {
    flags: ['acl'],
    optional: ['versionId'],
    versionAction: 'GetObjectVersionAcl',
  }),
  operation('object', 'PUT', 'PutObjectAcl', 'PutObjectAcl', {
    flags: ['acl'],
    optional: ['versionId'],
    versionAction: 'PutObjectVersionAcl',
    body: 'document',
  }),
  operation('object', 'GET', 'GetObjectTagging', 'GetObjectTagging', {
    flags: ['tagging'],
    optional: ['versionId'],
    versionAction: 'GetObjectVersionTagging',
  }),
  operation('object', 'PUT', 'PutObjectTagging', 'PutObjectTagging', {
    flags: ['tagging'],
    optional: ['versionId'],
    versionAction: 'PutObjectVersionTagging',
    body: 'document',
  }),
  operation('object', 'DELETE', 'DeleteObjectTagging', 'DeleteObjectTagging', {
    flags: ['tagging'],
    optional: ['versionId'],
    versionAction: 'DeleteObjectVersionTagging',
  }),
  operation('object', 'GET', 'GetObjectLegalHold', 'GetObjectLegalHold', {
    flags: ['legal-hold'],
    optional: ['versionId'],
  }),
  operation('object', 'PUT', 'PutObjectLegalHold', 'PutObjectLegalHold', {
    flags: ['legal-hold'],
    optional: ['versionId'],
    body: 'document',
  }),
  operation('object', 'GET', 'GetObjectRetention', 'GetObjectRetention', {
    flags: ['retention'],
    optional: ['versionId'],
  }),
  operation('object', 'PUT', 'PutObjectRetention', 'PutObjectRetention', {
    flags: ['retention'],
    optional: ['versionId'],
    body: 'document',
  }),
  operation('object', 'PUT', 'UpdateObjectEncryption', 'UpdateObjectEncryption', {
    flags: ['encryption'],
    optional: ['versionId'],
    body: 'document',
  }),

  operation('object', 'POST', 'CreateMultipartUpload', 'PutObject', { flags: ['uploads'] }),
  operation('object', 'PUT', 'UploadPart', 'PutObject', {
    required: { partNumber: anyValue, uploadId: anyValue },
    body: 'object',
  }),
  operation('object', 'POST', 'CompleteMultipartUpload', 'PutObject', {
    required: { uploadId: anyValue },
    body: 'document',
  }),
  operation('object', 'DELETE', 'AbortMultipartUpload', 'AbortMultipartUpload', {
    required: { uploadId: anyValue },
  }),
  operation('object', 'GET', 'ListParts', 'ListMultipartUploadParts', {
    required: { uploadId: anyValue },
    optional: ['max-parts', 'part-number-marker'],
  }),
];

/** A browser's upload, told from the others by its content type: its signature and its key are in the form. */
export const postObject = operation('bucket', 'POST', 'PostObject', 'PutObject', { body: 'object' });

/** By method and level, each with the names its query may have. */
const candidates = Map.groupBy(
  operations.map((operation) => {
    const { flags, required, optional } = operation;
    const valued = Object.entries(required);
    return { operation, valued, known: new Set([...flags, ...Object.keys(required), ...optional]) };
  }),
  ({ operation }) => `${operation.method} ${operation.level}`,
);

/** The operation of a method, a level and the names in the query; undefined when it is none of S3's. */
export function operationFor(
  method: string,
  level: Operation['level'],
  query: ReadonlyMap<string, string>,
): Operation | undefined {
  const found = candidates.get(`${method} ${level}`)?.find(({ operation, valued, known }) => {
    // A flag with a value is a flag to one server and no such flag, so another operation, to the next.
    if (!operation.flags.every((flag) => query.get(flag) === '')) return false;
    if (!valued.every(([name, value]) => hasValue(query.get(name), value))) return false;
    return [...query.keys()].every((name) => known.has(name));
  });
  return found?.operation;
}

/** An empty value would be the absence of the parameter to some servers. */
function hasValue(actual: string | undefined, wanted: string | undefined): boolean {
  return wanted === undefined ? actual !== undefined && actual !== '' : actual === wanted;
}
