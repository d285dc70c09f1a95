import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Handler } from './s3.ts';
import {
  backendAt,
  type Listening,
  listen,
  region,
  type Surroundings,
  send,
  signed,
  surroundings,
} from './testing.ts';

const Bucket = 'saves';
const own = `private/\${cognito-identity.amazonaws.com:sub}`;
const playerPolicy = [
  {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    Resource: `arn:aws:s3:::saves/${own}/*`,
  },
  {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::saves',
    Condition: { StringLike: { 's3:prefix': `${own}/*` } },
  },
  { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::saves/public/*' },
];

let store: FauxqsServer;
let services: Surroundings;
let gateway: Listening;
let root: S3Client;

beforeAll(async () => {
  store = await startFauxqs({ port: 0, logger: false });
  services = surroundings({ s3: backendAt(`http://127.0.0.1:${store.port}`) });
  const handler = createS3Handler(services);
  let requests = 0;
  gateway = await listen((request, response) => void handler(request, response, `request-${++requests}`));
  root = clientOf(services.root);
  await root.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await store.stop();
});

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  return new S3Client({ region, endpoint: gateway.url, credentials, forcePathStyle: true, maxAttempts: 1 });
}

function player(name: string, statements: readonly object[] = playerPolicy) {
  const session = services.session(name, statements);
  return { ...session, client: clientOf(session.credentials), folder: `private/${session.identityId}` };
}

describe('a player with a policy on a private folder', () => {
  it('puts, heads, gets, lists and deletes own objects', async () => {
    const { client, folder } = player('ada');
    const Key = `${folder}/saves/über & 100%.json`.replace('%', '');
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: '{"level":3}',
        ContentType: 'application/json',
        Metadata: { game: 'tetris' },
      }),
    );
    expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      ContentLength: 11,
      Metadata: { game: 'tetris' },
    });
    const { Body, ContentType } = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect([ContentType, await Body?.transformToString()]).toEqual(['application/json', '{"level":3}']);
    const part = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=2-6' }));
    expect([part.ContentRange, await part.Body?.transformToString()]).toEqual(['bytes 2-6/11', 'level']);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${folder}/` }));
    expect(Contents?.map((object) => object.Key)).toEqual([Key]);
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
  });

  it.each([0, 1, 64 * 1024, 64 * 1024 + 1, 3_000_000])(
    'stores %i bytes, whole and in chunks',
    async (size) => {
      const { client, folder } = player('ada');
      const bytes = randomBytes(size);
      const Key = `${folder}/bytes`;
      const stored = async () =>
        Buffer.from(
          (await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray()) ??
            [],
        );
      await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
      expect((await stored()).equals(bytes)).toBe(true);
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
      const Body = Readable.from(size === 0 ? [] : [bytes.subarray(0, size >> 1), bytes.subarray(size >> 1)]);
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: size }));
      expect((await stored()).equals(bytes)).toBe(true);
    },
  );

  it.each([
    [
      'a foreign object',
      new GetObjectCommand({ Bucket, Key: `private/${region}:victim/save` }),
      's3:GetObject',
      '/private/us-east-1:victim/save',
    ],
    [
      'a put of a foreign object',
      new PutObjectCommand({ Bucket, Key: `private/${region}:victim/save`, Body: 'x' }),
      's3:PutObject',
      '/private/us-east-1:victim/save',
    ],
    [
      'a put of a public object',
      new PutObjectCommand({ Bucket, Key: 'public/scores', Body: 'x' }),
      's3:PutObject',
      '/public/scores',
    ],
    [
      'a delete of a foreign object',
      new DeleteObjectCommand({ Bucket, Key: `private/${region}:victim/save` }),
      's3:DeleteObject',
      '/private/us-east-1:victim/save',
    ],
    ['a list of everything', new ListObjectsV2Command({ Bucket }), 's3:ListBucket', ''],
    [
      'a list of a foreign folder',
      new ListObjectsV2Command({ Bucket, Prefix: `private/${region}:victim/` }),
      's3:ListBucket',
      '',
    ],
  ])('is refused %s', async (_, command, action, path) => {
    const { client, caller } = player('eve');
    services.denials.length = 0;
    await expect(client.send(command as GetObjectCommand)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${caller.arn} is not authorized to perform: ${action} on resource: "arn:aws:s3:::saves${path}" because no identity-based policy allows the ${action} action`,
      $metadata: { httpStatusCode: 403 },
    });
    expect(services.denials).toMatchObject([
      { caller: { arn: caller.arn }, action, resource: `arn:aws:s3:::saves${path}` },
    ]);
  });

  it('is refused the list of buckets in words that name no resource', async () => {
    const { client, caller } = player('eve');
    await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      message: `User: ${caller.arn} is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action`,
    });
  });

  it('is told whether an object is missing only where it may list', async () => {
    const { client, folder } = player('ada');
    await expect(client.send(new GetObjectCommand({ Bucket, Key: `${folder}/none` }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'public/none' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket'),
    });
    await expect(root.send(new GetObjectCommand({ Bucket, Key: 'public/none' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });
});

describe('virtual-hosted style', () => {
  it('takes the bucket from the host below the configured domain, and only from there', async () => {
    const handler = createS3Handler({ ...services, s3Domain: 's3.play.test' });
    await using hosted = await listen((request, response) => void handler(request, response, 'request-1'));
    const { folder, ...ada } = player('ada');
    const ask = (host: string, target: string) => {
      const { headers = [], ...request } = signed(hosted.url, 's3', ada, {
        method: 'GET',
        target,
        headers: [['host', host]],
      });
      return send(hosted.url, { ...request, headers });
    };
    await ada.client.send(new PutObjectCommand({ Bucket, Key: `${folder}/hosted`, Body: 'here' }));
    const target = `/${folder.replace(':', '%3A')}/hosted`;
    expect(await ask('saves.s3.play.test:4100', target)).toMatchObject({ status: 200, body: 'here' });
    expect(await ask('s3.play.test', `/saves${target}`)).toMatchObject({ status: 200, body: 'here' });
    expect(await ask('other.s3.play.test', `/saves${target}`)).toMatchObject({ status: 403 });
    expect(await ask('saves.evil.test', target)).toMatchObject({ status: 403 });
  });
});
