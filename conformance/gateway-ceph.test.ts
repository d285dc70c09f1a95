import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { CognitoIdentityClient, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import { GetObjectCommand, PutObjectCommand, S3 } from '@aws-sdk/client-s3';
import { fromCognitoIdentity } from '@aws-sdk/credential-providers';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal, region } from './rig/administrator.ts';
import { type Ceph, cephSubresources, isCephInstalled, startCeph } from './rig/ceph.ts';

const isInstalled = isCephInstalled();
if (!isInstalled) {
  console.log(
    'Ceph is not installed, and the gateway is not tried with it: apt-get install ceph-osd ceph-mon radosgw',
  );
}

const Bucket = 'saves';
const ownFolder = 'private/${cognito-identity.amazonaws.com:sub}';
const rights = [
  {
    Effect: 'Allow',
    Action: [
      's3:*Object',
      's3:*ObjectVersion',
      's3:PutObjectTagging',
      's3:ListMultipartUploadParts',
      's3:AbortMultipartUpload',
    ],
    Resource: `arn:aws:s3:::${Bucket}/${ownFolder}/*`,
  },
  {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: `arn:aws:s3:::${Bucket}`,
    Condition: { StringLike: { 's3:prefix': `${ownFolder}/*` } },
  },
  {
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${Bucket}/shared/*`,
    Condition: { StringEquals: { 's3:ExistingObjectTag/public': 'yes' } },
  },
];

describe.runIf(isInstalled)('the gateway in front of Ceph', () => {
  let ceph: Ceph;
  let daypass: Daypass;
  let poolId: string;
  /** Everything, through the gateway. */
  let root: S3;
  let ada: Player;
  let grace: Player;

  interface Player {
    readonly s3: S3;
    readonly folder: string;
  }

  const clientOf = (credentials: NonNullable<ConstructorParameters<typeof S3>[0]>['credentials']) =>
    new S3({
      endpoint: daypass.url,
      region,
      forcePathStyle: true,
      maxAttempts: 1,
      ...(credentials && { credentials }),
    });

  async function enter(): Promise<Player> {
    const clientConfig = { endpoint: daypass.url, region, maxAttempts: 1 };
    const cognito = new CognitoIdentityClient(clientConfig);
    const { IdentityId: identityId = '' } = await cognito.send(new GetIdCommand({ IdentityPoolId: poolId }));
    const credentials = fromCognitoIdentity({ identityId, clientConfig });
    return { s3: clientOf(credentials), folder: `private/${identityId}` };
  }

  beforeAll(async () => {
    ceph = await startCeph();
    const s3Backend = { url: ceph.url, ...ceph.administrator, subresources: cephSubresources };
    daypass = await startDaypass({ port: 0, logLevel: 'silent', s3Backend });
    const admin = administrator(daypass);
    poolId = await admin.createPool({ AllowUnauthenticatedIdentities: true });
    const unauthenticated = await admin.createRole('Guest', poolId, 'unauthenticated', rights);
    await admin.setRoles(poolId, { unauthenticated });
    root = clientOf(daypass.rootCredentials);
    await root.createBucket({ Bucket });
    [ada, grace] = [await enter(), await enter()];
  });

  afterAll(async () => {
    await daypass?.close();
    await ceph?.stop();
  });

  async function textOf(
    who: S3,
    Key: string,
    more: { VersionId?: string; Range?: string } = {},
  ): Promise<string | undefined> {
    return (await who.getObject({ Bucket, Key, ...more })).Body?.transformToString();
  }

  it.each(['save.json', 'über & 100.json', 'a+b c', 'quotes\'"(!)*', 'deep/er/', '~tilde~', '日本'])(
    'keeps %s for its player: put, head, get, a range of it, list, delete',
    async (name) => {
      const Key = `${ada.folder}/${name}`;
      await ada.s3.putObject({
        Bucket,
        Key,
        Body: '{"level":3}',
        ContentType: 'application/json',
        Metadata: { game: 'tetris' },
      });
      expect(await ada.s3.headObject({ Bucket, Key })).toMatchObject({
        ContentLength: 11,
        Metadata: { game: 'tetris' },
      });
      expect(await textOf(ada.s3, Key)).toBe('{"level":3}');
      expect(await textOf(ada.s3, Key, { Range: 'bytes=2-6' })).toBe('level');
      const { Contents } = await ada.s3.listObjectsV2({ Bucket, Prefix: `${ada.folder}/` });
      expect(Contents?.map((object) => object.Key)).toEqual([Key]);
      await ada.s3.deleteObject({ Bucket, Key });
      expect(await refusal(textOf(ada.s3, Key))).toMatchObject({ name: 'NoSuchKey' });
    },
  );

  it.each([0, 1, 64 * 1024, 64 * 1024 + 1, 3_000_000])(
    'stores %i bytes, whole and in chunks',
    async (size) => {
      const Key = `${ada.folder}/bytes`;
      const bytes = randomBytes(size);
      const stored = async () =>
        Buffer.from(
          (await (await ada.s3.getObject({ Bucket, Key })).Body?.transformToByteArray()) ?? [],
        ).equals(bytes);
      await ada.s3.putObject({ Bucket, Key, Body: bytes });
      expect(await stored()).toBe(true);
      await ada.s3.deleteObject({ Bucket, Key });
      await ada.s3.putObject({
        Bucket,
        Key,
        Body: Readable.from(size === 0 ? [] : [bytes]),
        ContentLength: size,
      });
      expect(await stored()).toBe(true);
    },
  );

  it('passes conditions on', async () => {
    const Key = `${ada.folder}/once`;
    await ada.s3.deleteObject({ Bucket, Key });
    const { ETag = '' } = await ada.s3.putObject({ Bucket, Key, Body: '1', IfNoneMatch: '*' });
    expect(await refusal(ada.s3.putObject({ Bucket, Key, Body: '2', IfNoneMatch: '*' }))).toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(ada.s3.getObject({ Bucket, Key, IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    expect(await textOf(ada.s3, Key)).toBe('1');
  });

  it('keeps a player’s folder from everybody else', async () => {
    const Key = `${ada.folder}/secret`;
    await ada.s3.putObject({ Bucket, Key, Body: 'mine' });
    const own = `${grace.folder}/copy`;
    for (const attempt of [
      () => grace.s3.getObject({ Bucket, Key }),
      () => grace.s3.putObject({ Bucket, Key, Body: 'yours' }),
      () => grace.s3.deleteObject({ Bucket, Key }),
      () => grace.s3.copyObject({ Bucket, Key: own, CopySource: `${Bucket}/${Key}` }),
      () => grace.s3.createMultipartUpload({ Bucket, Key }),
      () => grace.s3.listObjectsV2({ Bucket, Prefix: `${ada.folder}/` }),
      () => grace.s3.listObjectsV2({ Bucket }),
      () => grace.s3.getBucketAcl({ Bucket }),
      () => grace.s3.deleteBucket({ Bucket }),
      () => grace.s3.listBuckets({}),
      () => grace.s3.getObject({ Bucket, Key: `${ada.folder}/none` }),
    ]) {
      expect(await refusal(attempt())).toMatchObject({ name: 'AccessDenied' });
    }
    const { Deleted, Errors } = await grace.s3.deleteObjects({
      Bucket,
      Delete: { Objects: [{ Key }, { Key: own }] },
    });
    expect([Deleted?.map((entry) => entry.Key), Errors?.map((entry) => [entry.Key, entry.Code])]).toEqual([
      [own],
      [[Key, 'AccessDenied']],
    ]);
    expect(await textOf(ada.s3, Key)).toBe('mine');
  });

  it('copies within a player’s folder', async () => {
    const from = `${ada.folder}/from`;
    await ada.s3.putObject({ Bucket, Key: from, Body: 'copied' });
    await ada.s3.copyObject({
      Bucket,
      Key: `${ada.folder}/to`,
      CopySource: encodeURIComponent(`${Bucket}/${from}`),
    });
    expect(await textOf(ada.s3, `${ada.folder}/to`)).toBe('copied');
  });

  it('uploads in parts, shows them, and takes them back', async () => {
    const Key = `${ada.folder}/big`;
    const part = randomBytes(5 * 1024 * 1024);
    const { UploadId } = await ada.s3.createMultipartUpload({ Bucket, Key });
    const upload = { Bucket, Key, UploadId };
    const { ETag: first } = await ada.s3.uploadPart({ ...upload, PartNumber: 1, Body: part });
    const { ETag: second } = await ada.s3.uploadPart({ ...upload, PartNumber: 2, Body: 'end' });
    expect((await ada.s3.listParts(upload)).Parts?.map(({ Size }) => Size)).toEqual([part.length, 3]);
    const Parts = [first, second].map((ETag, at) => ({ ETag, PartNumber: at + 1 }));
    const { Location } = await ada.s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts } });
    expect(Location).toContain(new URL(daypass.url).host);
    expect((await ada.s3.headObject({ Bucket, Key })).ContentLength).toBe(part.length + 3);

    const { UploadId: other } = await ada.s3.createMultipartUpload({ Bucket, Key });
    await ada.s3.abortMultipartUpload({ Bucket, Key, UploadId: other });
    // NoSuchUpload on AWS, NoSuchKey from Ceph 16.
    await expect(ada.s3.listParts({ Bucket, Key, UploadId: other })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('serves presigned URLs and forms', async () => {
    const Key = `${ada.folder}/presigned`;
    const put = await getSignedUrl(ada.s3, new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 });
    expect((await fetch(put, { method: 'PUT', body: 'by URL' })).status).toBe(200);
    const get = await getSignedUrl(ada.s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 });
    expect(await (await fetch(get)).text()).toBe('by URL');
    expect((await fetch(get.replace('presigned', 'secret'))).status).toBe(403);

    const { url, fields } = await createPresignedPost(ada.s3, {
      Bucket,
      Key,
      Expires: 60,
      Conditions: [['content-length-range', 1, 10]],
    });
    const form = (text: string) => {
      const data = new FormData();
      for (const [name, value] of Object.entries(fields)) data.append(name, value);
      data.append('file', new Blob([text]));
      return fetch(url, { method: 'POST', body: data });
    };
    expect((await form('by form')).status).toBe(204);
    expect((await form('longer than it may')).status).toBe(400);
    expect(await textOf(ada.s3, Key)).toBe('by form');
  });

  it('decides by the tags that an object has', async () => {
    await root.putObject({ Bucket, Key: 'shared/open', Body: 'open', Tagging: 'public=yes' });
    await root.putObject({ Bucket, Key: 'shared/closed', Body: 'closed', Tagging: 'public=no' });
    expect(await textOf(ada.s3, 'shared/open')).toBe('open');
    expect(await refusal(textOf(ada.s3, 'shared/closed'))).toMatchObject({ name: 'AccessDenied' });
    await root.deleteObjectTagging({ Bucket, Key: 'shared/open' });
    expect(await refusal(textOf(ada.s3, 'shared/open'))).toMatchObject({ name: 'AccessDenied' });
    expect(await textOf(root, 'shared/open')).toBe('open');
  });

  it('reads and deletes versions', async () => {
    const Key = `${ada.folder}/versions`;
    await root.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
    const { VersionId = '' } = await ada.s3.putObject({ Bucket, Key, Body: 'old' });
    await ada.s3.putObject({ Bucket, Key, Body: 'new' });
    expect([await textOf(ada.s3, Key), await textOf(ada.s3, Key, { VersionId })]).toEqual(['new', 'old']);
    expect(await refusal(textOf(grace.s3, Key, { VersionId }))).toMatchObject({ name: 'AccessDenied' });
    await ada.s3.deleteObject({ Bucket, Key, VersionId });
    const { Versions } = await root.listObjectVersions({ Bucket, Prefix: Key });
    expect(Versions).toHaveLength(1);
    await root.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Suspended' } });
  });

  it('tells pages what the bucket’s own CORS configuration says', async () => {
    const preflight = async (origin: string) => {
      const headers = {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-amz-date',
      };
      const answer = await fetch(`${daypass.url}/${Bucket}/k`, { method: 'OPTIONS', headers });
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect(await preflight('https://game.test')).toEqual([200, '*']);
    const CORSRules = [
      { AllowedOrigins: ['https://*.test'], AllowedMethods: ['PUT'], AllowedHeaders: ['*'] },
    ];
    await root.putBucketCors({ Bucket, CORSConfiguration: { CORSRules } });
    expect(await preflight('https://game.test')).toEqual([200, 'https://game.test']);
    expect(await preflight('https://game.example')).toEqual([403, null]);
    await root.deleteBucketCors({ Bucket });
    expect(await preflight('https://game.example')).toEqual([200, '*']);
  });
});
