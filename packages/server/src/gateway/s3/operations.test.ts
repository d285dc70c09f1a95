import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Handler } from '../s3.ts';
import { backendAt, type Listening, listen, region, type Surroundings, surroundings } from '../testing.ts';

const Bucket = 'saves';
const policy = [
  {
    Effect: 'Allow',
    Action: [
      's3:GetObject',
      's3:GetObjectAttributes',
      's3:PutObject',
      's3:DeleteObject',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
    ],
    Resource: `arn:aws:s3:::saves/private/\${cognito-identity.amazonaws.com:sub}/*`,
  },
];
const folder = `private/${region}:ada`;
const foreign = `private/${region}:victim/save`;

let store: FauxqsServer;
let services: Surroundings;
let gateway: Listening;
let root: S3Client;
let ada: S3Client;

beforeAll(async () => {
  store = await startFauxqs({ port: 0, logger: false, relaxedRules: { disableMinCopySourceSize: true } });
  services = surroundings({ s3: backendAt(`http://127.0.0.1:${store.port}`) });
  const handler = createS3Handler(services);
  gateway = await listen((request, response) => void handler(request, response, 'request-1'));
  root = clientOf(services.root);
  ada = clientOf(services.session('ada', policy).credentials);
  await root.send(new CreateBucketCommand({ Bucket }));
  await root.send(new PutObjectCommand({ Bucket, Key: foreign, Body: 'theirs' }));
  await root.send(new PutObjectCommand({ Bucket, Key: `${folder}/save`, Body: 'mine' }));
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await store.stop();
});

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  return new S3Client({ region, endpoint: gateway.url, credentials, forcePathStyle: true, maxAttempts: 1 });
}

async function stored(Key: string): Promise<string | undefined> {
  return (await root.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
}

describe('multipart uploads', () => {
  it("are made of parts, and named by the gateway's address", async () => {
    const Key = `${folder}/parts`;
    const { UploadId } = await ada.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const upload = { Bucket, Key, UploadId };
    const first = await ada.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: Buffer.alloc(5 * 1024 * 1024, 'a') }),
    );
    const second = await ada.send(
      new UploadPartCopyCommand({ ...upload, PartNumber: 2, CopySource: `${Bucket}/${folder}/save` }),
    );
    const Parts = [
      { PartNumber: 1, ETag: first.ETag },
      { PartNumber: 2, ETag: second.CopyPartResult?.ETag },
    ];
    const { Location } = await ada.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
    );
    expect(Location).toBe(`${gateway.url}/saves/${encodeURIComponent(folder).replace('%2F', '/')}/parts`);
    expect((await stored(Key))?.slice(-8)).toBe('aaaamine');
  });

  it('are begun, continued and ended only where the caller may put', async () => {
    const upload = { Bucket, Key: foreign, UploadId: 'any' };
    for (const command of [
      new CreateMultipartUploadCommand({ Bucket, Key: foreign }),
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }),
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: 'x' }] },
      }),
      new AbortMultipartUploadCommand(upload),
      new ListPartsCommand(upload),
    ]) {
      await expect(ada.send(command as AbortMultipartUploadCommand)).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    }
  });
});

describe('CopyObject', () => {
  it('needs the permission to read the source', async () => {
    await ada.send(
      new CopyObjectCommand({ Bucket, Key: `${folder}/copy`, CopySource: `${Bucket}/${folder}/save` }),
    );
    expect(await stored(`${folder}/copy`)).toBe('mine');
    const encoded = encodeURIComponent(`${Bucket}/${folder}/save`);
    await ada.send(new CopyObjectCommand({ Bucket, Key: `${folder}/copy`, CopySource: encoded }));
    await expect(
      ada.send(new CopyObjectCommand({ Bucket, Key: `${folder}/copy`, CopySource: `${Bucket}/${foreign}` })),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`s3:GetObject on resource: "arn:aws:s3:::saves/${foreign}"`),
    });
    expect(await stored(`${folder}/copy`)).toBe('mine');
  });
});

describe('DeleteObjects', () => {
  it('deletes what the caller may delete, and reports the rest key by key', async () => {
    const Key = `${folder}/doomed <&> ü`;
    await ada.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const { Deleted, Errors } = await ada.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: foreign }] } }),
    );
    expect(Deleted?.map((entry) => entry.Key)).toEqual([Key]);
    expect(Errors).toMatchObject([
      { Key: foreign, Code: 'AccessDenied', Message: expect.stringContaining('s3:DeleteObject') },
    ]);
    expect(await stored(foreign)).toBe('theirs');
    await expect(stored(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('GetObjectAttributes', () => {
  it('needs the permission to read the object too', async () => {
    const attributes = { Bucket, Key: `${folder}/save`, ObjectAttributes: ['ObjectSize' as const] };
    expect(await ada.send(new GetObjectAttributesCommand(attributes))).toMatchObject({ ObjectSize: 4 });
    const blind = clientOf(
      services.session('blind', [{ Effect: 'Allow', Action: 's3:GetObjectAttributes', Resource: '*' }])
        .credentials,
    );
    await expect(blind.send(new GetObjectAttributesCommand(attributes))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('presigned URLs', () => {
  it('get and put with headers in the query', async () => {
    const Key = `${folder}/presigned`;
    const put = await getSignedUrl(
      ada,
      new PutObjectCommand({ Bucket, Key, ContentType: 'text/plain', Metadata: { game: 'tetris' } }),
      { expiresIn: 60 },
    );
    expect(put).toContain('x-amz-meta-game=tetris');
    expect(
      (await fetch(put, { method: 'PUT', body: 'hello', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(200);
    const get = await getSignedUrl(
      ada,
      new GetObjectCommand({ Bucket, Key, ResponseContentDisposition: 'attachment' }),
      { expiresIn: 60 },
    );
    const answer = await fetch(get);
    expect([answer.status, answer.headers.get('x-amz-meta-game'), await answer.text()]).toEqual([
      200,
      'tetris',
      'hello',
    ]);
  });

  it('are refused for a foreign key, another method, another key and after their time', async () => {
    const foreignUrl = await getSignedUrl(ada, new GetObjectCommand({ Bucket, Key: foreign }), {
      expiresIn: 60,
    });
    const url = await getSignedUrl(ada, new GetObjectCommand({ Bucket, Key: `${folder}/save` }), {
      expiresIn: 60,
    });
    const past = await getSignedUrl(ada, new GetObjectCommand({ Bucket, Key: `${folder}/save` }), {
      expiresIn: 60,
      signingDate: new Date(Date.now() - 61_000),
    });
    const codes = await Promise.all(
      [
        fetch(foreignUrl),
        fetch(url, { method: 'DELETE' }),
        fetch(url.replace('/save?', '/copy?')),
        fetch(past),
      ].map(async (answer) => /<Code>(\w+)<\/Code>/.exec(await (await answer).text())?.[1]),
    );
    expect(codes).toEqual(['AccessDenied', 'SignatureDoesNotMatch', 'SignatureDoesNotMatch', 'AccessDenied']);
  });
});

describe('browser uploads by POST', () => {
  const post = async (
    Key: string,
    file: Blob,
    options: {
      fields?: Record<string, string>;
      conditions?: ['content-length-range', number, number][];
      extra?: Record<string, string>;
      after?: boolean;
    } = {},
  ) => {
    const { url, fields } = await createPresignedPost(ada, {
      Bucket,
      Key,
      Fields: options.fields ?? {},
      Conditions: options.conditions ?? [],
      Expires: 60,
    });
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...options.extra })) form.append(name, value);
    form.append('file', file, 'C:\\photos\\me.png');
    if (options.after) form.append('x-ignore-after', 'file');
    return fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  };

  it('store the file under the key of the policy', async () => {
    const answer = await post(`${folder}/\${filename}`, new Blob(['picture']), {
      fields: { 'Content-Type': 'image/png', success_action_status: '201' },
    });

    expect(answer.status).toBe(201);
    expect(await answer.text()).toContain(`<Key>${folder}/me.png</Key>`);
    expect(await stored(`${folder}/me.png`)).toBe('picture');
  });

  it.each([0, 1, 65_536, 500_000])('store %i bytes exactly', async (size) => {
    const answer = await post(`${folder}/sized`, new Blob([Buffer.alloc(size, '\r\n--')]));
    expect([answer.status, answer.headers.get('location')]).toEqual([
      204,
      expect.stringContaining(gateway.url),
    ]);
    expect((await stored(`${folder}/sized`))?.length).toBe(size);
  });

  it('redirect where the policy says', async () => {
    const success_action_redirect = 'https://game.example/done?x=1';
    const answer = await post(`${folder}/redirected`, new Blob(['x']), {
      fields: { success_action_redirect },
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/game\.example\/done\?x=1&bucket=saves&key=.+&etag=/),
    ]);
  });

  it.each([
    ['a foreign key', () => post(foreign, new Blob(['x'])), 'AccessDenied'],
    [
      'a field the policy does not cover',
      () => post(`${folder}/x`, new Blob(['x']), { extra: { acl: 'public-read' } }),
      'AccessDenied',
    ],
    [
      'an ACL without the permission',
      () => post(`${folder}/x`, new Blob(['x']), { fields: { acl: 'public-read' } }),
      'AccessDenied',
    ],
    [
      'a file too long',
      () => post(`${folder}/x`, new Blob(['four']), { conditions: [['content-length-range', 0, 3]] }),
      'EntityTooLarge',
    ],
    [
      'a file too short',
      () => post(`${folder}/x`, new Blob(['four']), { conditions: [['content-length-range', 5, 9]] }),
      'EntityTooSmall',
    ],
    ['a key that leads elsewhere', () => post(`${folder}/../x`, new Blob(['x'])), 'InvalidURI'],
    [
      'a field after the file',
      () => post(`${folder}/after`, new Blob(['x'.repeat(100_000)]), { after: true }),
      'MalformedPOSTRequest',
    ],
  ])('are refused for %s', async (_, upload, code) => {
    const answer = await upload();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    expect(await stored(foreign)).toBe('theirs');
    await expect(stored(`${folder}/after`)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
