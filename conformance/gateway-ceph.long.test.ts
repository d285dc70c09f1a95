import { createHash, type Hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { S3 } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { region } from './rig/administrator.ts';
import { cephSubresources, isCephInstalled, startCeph } from './rig/ceph.ts';
import { startNodeProcess } from './rig/node-process.ts';

const isInstalled = isCephInstalled();
if (!isInstalled) {
  console.log('Ceph is not installed, and 1 GB is not sent there: apt-get install ceph-osd ceph-mon radosgw');
}

const mebibyte = 1024 ** 2;
const partSize = 64 * mebibyte;
const parts = 16;
/** What the service may take above what it has after its start. */
const allowance = 150 * mebibyte;

it.runIf(isInstalled)(
  'takes and gives 1 GiB in parts through constant memory',
  { timeout: 600_000 },
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'daypass-large-'));
    const ceph = await startCeph({ bytes: 3 * 1024 ** 3 });
    const { accessKeyId, secretAccessKey } = ceph.administrator;
    const daypass = await startNodeProcess({
      data,
      options: ['--s3-backend', ceph.url],
      environment: {
        DAYPASS_S3_ACCESS_KEY_ID: accessKeyId,
        DAYPASS_S3_SECRET_ACCESS_KEY: secretAccessKey,
        DAYPASS_S3_SUBRESOURCES: cephSubresources.join(','),
      },
    });
    try {
      const s3 = new S3({
        endpoint: daypass.url,
        region,
        credentials: daypass.rootCredentials,
        forcePathStyle: true,
      });
      const before = (await daypass.memory()).peak;

      const target = { Bucket: 'large', Key: 'object' };
      await s3.createBucket({ Bucket: target.Bucket });
      const { UploadId } = await s3.createMultipartUpload(target);
      const sent = createHash('sha256');
      const Parts = [];
      for (let PartNumber = 1; PartNumber <= parts; PartNumber++) {
        const Body = Readable.from(pieces(PartNumber, sent), { objectMode: false });
        const { ETag } = await s3.uploadPart({
          ...target,
          UploadId,
          PartNumber,
          Body,
          ContentLength: partSize,
        });
        Parts.push({ ETag, PartNumber });
      }
      await s3.completeMultipartUpload({ ...target, UploadId, MultipartUpload: { Parts } });

      const { Body, ContentLength } = await s3.getObject(target);
      const received = createHash('sha256');
      if (Body instanceof Readable) for await (const piece of Body) received.update(piece);
      expect(ContentLength).toBe(parts * partSize);
      expect(received.digest('hex')).toBe(sent.digest('hex'));
      const more = (await daypass.memory()).peak - before;
      console.log(`1 GiB up and down took ${Math.round(more / mebibyte)} MB of memory more`);
      expect(more).toBeLessThan(allowance);
    } finally {
      await daypass.stop();
      await ceph.stop();
      rmSync(data, { recursive: true, force: true });
    }
  },
);

/** The bytes of one part, no two parts alike. */
function* pieces(part: number, hash: Hash): Generator<Buffer> {
  const piece = Buffer.alloc(mebibyte, createHash('sha256').update(String(part)).digest());
  for (let at = 0; at < partSize; at += piece.length) {
    hash.update(piece);
    yield piece;
  }
}
