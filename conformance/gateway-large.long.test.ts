import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, PutObjectCommand, S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { region } from './rig/administrator.ts';
import { type NodeProcess, startNodeProcess } from './rig/node-process.ts';

const mebibyte = 1024 ** 2;
/** S3's own limit for one request: 5 GiB. */
const largest = 5 * 1024 * mebibyte;
/** What the service may take above what it has after its start. */
const allowance = 150 * mebibyte;

function* zeros(): Generator<Buffer> {
  const piece = Buffer.alloc(mebibyte);
  for (let sent = 0; sent < largest; sent += piece.length) yield piece;
}

async function lengthOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of stream) length += chunk.length;
  return length;
}

describe('an object of 5 GiB in one request', () => {
  /** A store that counts what it is given and gives as much. */
  const stored: number[] = [];
  const store = createServer(async (request, response) => {
    if (request.method === 'PUT') {
      stored.push(await lengthOf(request));
      response.end();
    } else {
      response.writeHead(200, { 'content-length': largest });
      await pipeline(zeros, response);
    }
  });
  let data: string;
  let daypass: NodeProcess;
  let s3: S3;

  beforeAll(async () => {
    store.requestTimeout = 0;
    store.listen(0, '127.0.0.1');
    await once(store, 'listening');
    data = mkdtempSync(join(tmpdir(), 'daypass-large-'));
    daypass = await startNodeProcess({
      data,
      options: ['--s3-backend', `http://127.0.0.1:${(store.address() as AddressInfo).port}`],
      environment: { DAYPASS_S3_ACCESS_KEY_ID: 'store', DAYPASS_S3_SECRET_ACCESS_KEY: 'store' },
    });
    const credentials = daypass.rootCredentials;
    s3 = new S3({ endpoint: daypass.url, region, credentials, forcePathStyle: true });
  });

  afterAll(async () => {
    await daypass.stop();
    store.closeAllConnections();
    store.close();
    rmSync(data, { recursive: true, force: true });
  });

  const object = { Bucket: 'large', Key: 'object' };

  it('goes up and comes down through constant memory', async () => {
    const before = await daypass.memory();
    const upload = httpRequest(await getSignedUrl(s3, new PutObjectCommand(object)), {
      method: 'PUT',
      headers: { 'content-length': largest },
    });
    const answered = once(upload, 'response');
    await pipeline(Readable.from(zeros(), { objectMode: false }), upload);
    const [answer]: [IncomingMessage] = (await answered) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    expect(stored).toEqual([largest]);

    const download = await fetch(await getSignedUrl(s3, new GetObjectCommand(object)));
    expect(download.status).toBe(200);
    expect(await lengthOf(download.body ?? Readable.from([]))).toBe(largest);

    const more = (await daypass.memory()).peak - before.peak;
    console.log(`5 GiB up and down took ${Math.round(more / mebibyte)} MB of memory more`);
    expect(more).toBeLessThan(allowance);
  });

  it('is refused when it is a byte longer, before the store is asked', async () => {
    const asked = stored.length;
    const upload = httpRequest(await getSignedUrl(s3, new PutObjectCommand(object)), {
      method: 'PUT',
      headers: { 'content-length': largest + 1 },
    });
    upload.flushHeaders();
    const [answer]: [IncomingMessage] = (await once(upload, 'response')) as [IncomingMessage];
    upload.on('error', () => {});
    upload.destroy();
    expect(answer.statusCode).toBe(400);
    expect(stored).toHaveLength(asked);
  });
});
