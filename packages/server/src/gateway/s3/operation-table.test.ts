import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { operationFor, operations } from './operations.ts';

/** Operations of S3's REST API that are not served, and why. */
const notServed = {
  'directory buckets have a session of their own': ['CreateSession', 'ListDirectoryBuckets', 'RenameObject'],
  'their tables are of another service': [
    'CreateBucketMetadataConfiguration',
    'CreateBucketMetadataTableConfiguration',
    'DeleteBucketMetadataConfiguration',
    'DeleteBucketMetadataTableConfiguration',
    'GetBucketMetadataConfiguration',
    'GetBucketMetadataTableConfiguration',
    'UpdateBucketMetadataInventoryTableConfiguration',
    'UpdateBucketMetadataJournalTableConfiguration',
    'UpdateBucketMetadataAnnotationTableConfiguration',
  ],
  'no store behind a gateway has annotations yet': [
    'DeleteObjectAnnotation',
    'GetObjectAnnotation',
    'ListObjectAnnotations',
    'PutObjectAnnotation',
  ],
  'only a Lambda function writes it': ['WriteGetObjectResponse'],
};

const commands = Object.keys(s3)
  .filter((name) => name.endsWith('Command') && name !== '$Command')
  .map((name) => name.slice(0, -'Command'.length));

/** The request that the SDK makes of a command with every parameter that is part of a path or query. */
async function sentFor(name: string): Promise<HttpRequest> {
  let sent: HttpRequest | undefined;
  const client = new s3.S3Client({
    region: 'us-east-1',
    endpoint: 'http://store',
    forcePathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    requestHandler: {
      handle: async (request: HttpRequest) => {
        sent ??= request;
        throw new Error('seen');
      },
    },
    maxAttempts: 1,
  });
  const input = {
    Bucket: 'box',
    Key: 'key',
    Id: '1',
    PartNumber: 1,
    UploadId: 'u',
    RequestRoute: 'r',
    RequestToken: 't',
    Body: 'x',
    Delete: { Objects: [{ Key: 'k' }] },
  };
  const Command = Reflect.get(s3, `${name}Command`) as typeof s3.PutObjectCommand;
  await client.send(new Command(input)).catch(() => {});
  if (sent === undefined) throw new Error(`the SDK sends nothing for ${name}`);
  return sent;
}

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | null>>;
}

describe('the table of operations', () => {
  it('tells every operation from all others', () => {
    for (const operation of operations) {
      const { method, level, flags, required } = operation;
      const query = new Map([
        ...flags.map((flag): [string, string] => [flag, '']),
        ...Object.entries(required).map(([name, value]): [string, string] => [name, value ?? '1']),
      ]);
      expect(operationFor(method, level, query)).toBe(operation);
    }
  });

  it('needs a permission for each', () => {
    expect(operations.filter(({ action }) => action === undefined).map(({ name }) => name)).toEqual([
      'DeleteObjects',
    ]);
  });

  it.each(commands)('recognises what the SDK sends for %s, unless it is not served', async (name) => {
    const { method, path, query } = await sentFor(name);
    const [, bucket, key] = path.split('/');
    const level = key ? 'object' : bucket ? 'bucket' : 'service';
    const own = Object.entries(query).filter(([parameter]) => parameter !== 'x-id');
    const served =
      operationFor(
        method,
        level,
        new Map(own.map(([parameter, value]) => [parameter, String(value ?? '')])),
      ) !== undefined;
    expect(served).toBe(!Object.values(notServed).flat().includes(name));
  });

  it.each([
    ['PATCH', 'object', []],
    ['GET', 'object', [['session', '']]],
    ['PUT', 'object', [['renameObject', '']]],
    ['PUT', 'object', [['partNumber', '1']]],
    [
      'PUT',
      'object',
      [
        ['partNumber', ''],
        ['uploadId', 'u'],
      ],
    ],
    ['PUT', 'object', [['versionId', '1']]],
    ['DELETE', 'bucket', [['acl', '']]],
    ['GET', 'bucket', [['list-type', '3']]],
    ['GET', 'service', [['acl', '']]],
    ['POST', 'bucket', []],
    ['POST', 'object', []],
  ] as const)('has no %s on the %s with %j', (method, level, query) => {
    expect(operationFor(method, level, new Map(query))).toBeUndefined();
  });
});
