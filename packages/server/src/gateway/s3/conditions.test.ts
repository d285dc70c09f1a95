import {
  CopyObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Handler } from '../s3.ts';
import {
  backendAt,
  type Listening,
  listen,
  type RecordingStore,
  recordingStore,
  region,
  type Surroundings,
  surroundings,
} from '../testing.ts';

/** A store with two kinds of objects: those below `red/` are tagged team=red, others not at all. */
let store: RecordingStore;
let services: Surroundings;
let gateway: Listening;

beforeAll(async () => {
  store = await recordingStore((request, response) => {
    if (request.method === 'GET' && request.url?.includes('?tagging')) {
      const tag = request.url.startsWith('/box/red/') ? '<Tag><Key>Team</Key><Value>red</Value></Tag>' : '';
      response.end(
        `<?xml version="1.0"?><Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${tag}</TagSet></Tagging>`,
      );
    } else if (request.headers['x-amz-copy-source'] !== undefined) {
      response.end('<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>');
    } else {
      response.end();
    }
  });
  services = surroundings({
    s3: { ...backendAt(store.url), subresources: new Set(['tagging', 'retention']) },
  });
  const handler = createS3Handler(services);
  gateway = await listen((request, response) => void handler(request, response, 'request-1'));
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

beforeEach(() => {
  store.seen.length = 0;
});

let players = 0;
function clientWith(condition: object, action = 's3:*', more: readonly object[] = []) {
  const { credentials } = services.session(`player${++players}`, [
    { Effect: 'Allow', Action: action, Resource: '*', Condition: condition },
    ...more,
  ]);
  return new S3Client({ region, endpoint: gateway.url, credentials, forcePathStyle: true, maxAttempts: 1 });
}

const Bucket = 'box';
const object = { Bucket, Key: 'blue/k' };
const put = (input: Partial<PutObjectCommand['input']> = {}) =>
  new PutObjectCommand({ ...object, Body: 'x', ...input });
const list = (input: Partial<ListObjectsV2Command['input']> = {}) =>
  new ListObjectsV2Command({ Bucket, ...input });
const tag = (Key: string, Value: string) => ({ Key, Value });

describe('conditions on a request', () => {
  it.each([
    [
      's3:x-amz-acl',
      { StringEquals: { 's3:x-amz-acl': 'private' } },
      put({ ACL: 'private' }),
      put({ ACL: 'public-read' }),
    ],
    [
      's3:x-amz-server-side-encryption',
      { StringEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
      put({ ServerSideEncryption: 'AES256' }),
      put(),
    ],
    [
      's3:RequestObjectTag in a header',
      { StringEquals: { 's3:RequestObjectTag/team': 'red' } },
      put({ Tagging: 'team=red' }),
      put({ Tagging: 'team=blue' }),
    ],
    [
      's3:RequestObjectTagKeys',
      { 'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['team'] } },
      put({ Tagging: 'team=red' }),
      put({ Tagging: 'team=red&rank=1' }),
    ],
    [
      's3:RequestObjectTag in a document',
      { StringEquals: { 's3:RequestObjectTag/team': 'red' } },
      new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [tag('team', 'red')] } }),
      new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [tag('team', 'blue')] } }),
    ],
    [
      's3:object-lock-mode in a document',
      { StringEquals: { 's3:object-lock-mode': 'GOVERNANCE' } },
      new PutObjectRetentionCommand({
        ...object,
        Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date(0) },
      }),
      new PutObjectRetentionCommand({
        ...object,
        Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date(0) },
      }),
    ],
    ['s3:prefix', { StringEquals: { 's3:prefix': 'a/' } }, list({ Prefix: 'a/' }), list()],
    [
      's3:delimiter',
      { StringEquals: { 's3:delimiter': '/' } },
      list({ Delimiter: '/' }),
      list({ Delimiter: '' }),
    ],
    [
      's3:max-keys',
      { NumericLessThanEquals: { 's3:max-keys': '10' } },
      list({ MaxKeys: 10 }),
      list({ MaxKeys: 11 }),
    ],
    ['s3:if-none-match', { Null: { 's3:if-none-match': 'false' } }, put({ IfNoneMatch: '*' }), put()],
    ['aws:UserAgent', { StringLike: { 'aws:UserAgent': '*aws-sdk-js*' } }, list(), undefined],
    ['aws:SourceIp', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, list(), undefined],
    ['aws:SourceIp elsewhere', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, undefined, list()],
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'true' } }, undefined, list()],
    ['aws:CurrentTime', { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, undefined, list()],
    ['s3:authType', { StringEquals: { 's3:authType': 'REST-HEADER' } }, list(), undefined],
    [
      's3:signatureAge, which only presigned URLs have',
      { NumericLessThan: { 's3:signatureAge': '600000' } },
      undefined,
      list(),
    ],
  ])('read %s', async (_, condition, good, bad) => {
    const client = clientWith(condition);
    if (good !== undefined) await client.send(good as PutObjectCommand);
    if (bad !== undefined)
      await expect(client.send(bad as PutObjectCommand)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(store.seen).toHaveLength(good === undefined ? 0 : 1);
  });

  it('read the age and the form of a presigned URL', async () => {
    const client = clientWith({
      StringEquals: { 's3:authType': 'REST-QUERY-STRING' },
      NumericLessThan: { 's3:signatureAge': '600000' },
    });
    const url = (age: number) =>
      getSignedUrl(client, new GetObjectCommand(object), {
        expiresIn: 3600,
        signingDate: new Date(Date.now() - age),
      });
    expect((await fetch(await url(1000))).status).toBe(200);
    expect((await fetch(await url(601_000))).status).toBe(403);
  });

  it('refuse two tags that are one condition key', async () => {
    const client = clientWith({ StringEquals: { 's3:RequestObjectTag/team': 'red' } });
    await expect(client.send(put({ Tagging: 'team=blue&Team=red' }))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
    await expect(
      client.send(
        new PutObjectTaggingCommand({
          ...object,
          Tagging: { TagSet: [tag('team', 'blue'), tag('TEAM', 'red')] },
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidArgument' });
    expect(store.seen).toEqual([]);
  });
});

describe('conditions on the tags of an object', () => {
  it('are decided by the tags the backend tells', async () => {
    const client = clientWith({ StringEquals: { 's3:ExistingObjectTag/team': 'red' } });
    await client.send(new GetObjectCommand({ Bucket, Key: 'red/k' }));
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'blue/k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('deny as well as they allow', async () => {
    const client = clientWith({}, 's3:*', [
      {
        Effect: 'Deny',
        Action: 's3:GetObject',
        Resource: '*',
        Condition: { StringEquals: { 's3:ExistingObjectTag/team': 'red' } },
      },
    ]);
    await client.send(new GetObjectCommand({ Bucket, Key: 'blue/k' }));
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'red/k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('are refused when the backend does not tell', async () => {
    await using mute = await recordingStore();
    const handler = createS3Handler({ ...services, s3: backendAt(mute.url) });
    await using other = await listen((request, response) => void handler(request, response, 'request-1'));
    const { credentials } = services.session('untold', [
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: 's3:*',
        Resource: '*',
        Condition: { StringEquals: { 's3:ExistingObjectTag/team': 'red' } },
      },
    ]);
    const client = new S3Client({
      region,
      endpoint: other.url,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await expect(client.send(new GetObjectCommand(object))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('are copied along only by who may read and set them', async () => {
    const copy = (source: string) =>
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `box/${source}` });
    const copier = clientWith({}, 's3:GetObject', [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: '*' },
    ]);
    await copier.send(copy('blue/k'));
    await expect(copier.send(copy('red/k'))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:GetObjectTagging'),
    });
    const tagger = clientWith({}, 's3:*Object*');
    await tagger.send(copy('red/k'));
  });
});

describe('a sub-resource the store does not have', () => {
  it('is not passed on', async () => {
    const client = clientWith({});
    await client.send(new GetObjectTaggingCommand(object));
    await expect(
      client.send(new GetObjectTaggingCommand({ ...object, VersionId: '1' })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
    expect(store.seen).toHaveLength(1);
  });
});
