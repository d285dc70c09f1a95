import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type ChecksumAlgorithm, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Handler } from '../s3.ts';
import {
  type Listening,
  listen,
  type RecordingStore,
  recordingStore,
  region,
  send,
  signed,
  surroundings,
} from '../testing.ts';
import { framedLength, TrailerFraming } from './trailer-framing.ts';

const mebibyte = 1024 ** 2;

describe('a body in aws-chunked framing', () => {
  it.each([1, mebibyte - 1, mebibyte, mebibyte + 1, 2.5 * mebibyte])(
    'of %i bytes is as long as was said, however its bytes come',
    async (length) => {
      const bytes = randomBytes(length);
      const cut = Math.floor(length / 3);
      for (const pieces of [[bytes], [bytes.subarray(0, cut), bytes.subarray(cut)]]) {
        const framing = new TrailerFraming(length, () => 'x-amz-checksum-crc32:AAAAAA==');
        const framed = await buffer(Readable.from(pieces).pipe(framing));
        expect(framed).toHaveLength(framedLength(length, 'x-amz-checksum-crc32:AAAAAA=='.length));
        expect(framed.subarray(-38).toString()).toBe('\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');
        expect(framed.subarray(0, 3).toString()).toBe(
          `${Math.min(length, mebibyte).toString(16)}\r\n`.slice(0, 3),
        );
      }
    },
  );
});

describe('a checksum in the trailer of an upload', () => {
  let store: RecordingStore;
  let inner: Listening;
  let outer: Listening;
  let plain: Listening;
  let client: S3Client;
  let plainClient: S3Client;
  /** The heads of what the first gateway asked the second. */
  const asked: IncomingHttpHeaders[] = [];

  const serve = (services: Parameters<typeof createS3Handler>[0]) => {
    const handler = createS3Handler(services);
    return listen((request, response) => void handler(request, response, 'request-1'));
  };

  beforeAll(async () => {
    // The store that takes trailers is another gateway: it verifies what the first one sends.
    store = await recordingStore();
    const between = surroundings();
    const { accessKeyId, secretAccessKey } = between.root;
    const stored = { url: new URL(store.url), region, accessKeyId: 'STORE', secretAccessKey: 'store' };
    const second = createS3Handler({ ...between, s3: stored });
    inner = await listen((request, response) => {
      asked.push(request.headers);
      void second(request, response, 'request-2');
    });
    const backend = { url: new URL(inner.url), region, accessKeyId, secretAccessKey };
    const outside = surroundings();
    outer = await serve({
      ...outside,
      s3: { ...backend, subresources: new Set(['uploadId', 'x-amz-trailer']) },
    });
    plain = await serve({ ...outside, s3: { ...stored, subresources: new Set(['uploadId']) } });
    const clientOf = ({ url }: Listening) =>
      new S3Client({
        endpoint: url,
        region,
        credentials: outside.root,
        forcePathStyle: true,
        maxAttempts: 1,
      });
    client = clientOf(outer);
    plainClient = clientOf(plain);
  });

  afterAll(async () => {
    for (const server of [outer, plain, inner, store]) await server[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    store.seen.length = 0;
    asked.length = 0;
  });

  const stream = (bytes: Buffer) => ({
    Body: Readable.from([bytes], { objectMode: false }),
    ContentLength: bytes.length,
  });

  it.each<[ChecksumAlgorithm, (bytes: Buffer) => string]>([
    ['CRC32', (bytes) => Buffer.from(crc32(bytes).toString(16).padStart(8, '0'), 'hex').toString('base64')],
    ['SHA1', (bytes) => createHash('sha1').update(bytes).digest('base64')],
    ['SHA256', (bytes) => createHash('sha256').update(bytes).digest('base64')],
  ])('goes on as a header of a small body: %s', async (ChecksumAlgorithm, checksumOf) => {
    const bytes = Buffer.from('a small body');
    await client.send(
      new PutObjectCommand({ Bucket: 'saves', Key: 'a', ...stream(bytes), ChecksumAlgorithm }),
    );
    const [seen] = store.seen;
    expect(seen?.body).toEqual(bytes);
    expect(seen?.headers[`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`]).toBe(checksumOf(bytes));
    expect(seen?.headers).not.toHaveProperty('x-amz-trailer');
    expect(seen?.headers).not.toHaveProperty('content-encoding');
  });

  it.each([65_537, 3 * mebibyte])('goes on in the trailer of %i bytes', async (length) => {
    const bytes = randomBytes(length);
    await client.send(
      new UploadPartCommand({ Bucket: 'saves', Key: 'a', UploadId: 'u', PartNumber: 1, ...stream(bytes) }),
    );
    // The store behind the second gateway takes none, so what it got is what the second one has verified.
    const [seen] = store.seen;
    expect(seen?.complete).toBe(true);
    expect(seen?.body.equals(bytes)).toBe(true);
    expect(asked).toMatchObject([
      {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': String(length),
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
    ]);
  });

  it('leaves the encoding of the object as it is', async () => {
    const encoded = { ...stream(randomBytes(100_000)), ContentEncoding: 'gzip' };
    await client.send(new PutObjectCommand({ Bucket: 'saves', Key: 'a', ...encoded }));
    expect(asked[0]?.['content-encoding']).toBe('aws-chunked,gzip');
    expect(store.seen[0]?.headers['content-encoding']).toBe('gzip');
  });

  it('is nothing but a header of a body that has no trailer', async () => {
    const bytes = randomBytes(100_000);
    const services = surroundings();
    const player = services.session('ada', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    const backend = { url: new URL(store.url), region, accessKeyId: 'STORE', secretAccessKey: 'store' };
    await using gateway = await serve({
      ...services,
      s3: { ...backend, subresources: new Set(['x-amz-trailer']) },
    });
    const headers = [['x-amz-trailer', 'x-amz-checksum-crc32']] as const;
    const upload = { method: 'PUT', target: '/saves/a', headers, body: bytes };
    const request = signed(gateway.url, 's3', player, upload, 'UNSIGNED-PAYLOAD');
    expect(await send(gateway.url, request)).toMatchObject({ status: 200 });
    expect(store.seen[0]?.body.equals(bytes)).toBe(true);
    expect(store.seen[0]?.headers).not.toHaveProperty('x-amz-trailer');
  });

  it('ends with the gateway for a store that takes no trailers', async () => {
    await plainClient.send(
      new PutObjectCommand({ Bucket: 'saves', Key: 'a', ...stream(randomBytes(100_000)) }),
    );
    const [seen] = store.seen;
    expect(seen?.body).toHaveLength(100_000);
    expect(seen?.headers).not.toHaveProperty('x-amz-trailer');
    expect(seen?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
  });

  it.each([
    ['small', 100],
    ['streamed', 300_000],
  ])('that is not of the %s body keeps it from the store', async (_size, length) => {
    const bytes = Buffer.alloc(length, 'x');
    const body = Buffer.concat([
      Buffer.from(`${length.toString(16)}\r\n`),
      bytes,
      Buffer.from('\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'),
    ]);
    const services = surroundings();
    const player = services.session('eve', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    const backend = { url: new URL(store.url), region, accessKeyId: 'STORE', secretAccessKey: 'store' };
    await using gateway = await serve({
      ...services,
      s3: { ...backend, subresources: new Set(['x-amz-trailer']) },
    });
    const upload = {
      method: 'PUT',
      target: '/saves/a',
      headers: [
        ['x-amz-trailer', 'x-amz-checksum-crc32'],
        ['x-amz-decoded-content-length', String(length)],
        ['content-encoding', 'aws-chunked'],
      ] as const,
      body,
    };
    const request = signed(gateway.url, 's3', player, upload, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
    expect(await send(gateway.url, request)).toMatchObject({ status: 400 });
    expect(store.seen.filter(({ complete }) => complete)).toEqual([]);
  });
});
