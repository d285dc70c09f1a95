import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Crc64, crc32c, crc64nvme } from './crc.ts';

/** A checksum over a body that comes in pieces. */
export interface Checksum {
  update(piece: Buffer): void;
  /** Base64 of the big-endian bytes, as S3 writes it; to be read once. */
  digest(): string;
}

function ofHash(algorithm: string): Checksum {
  const hash = createHash(algorithm);
  return { update: (piece) => void hash.update(piece), digest: () => hash.digest('base64') };
}

function ofCrc<Value>(
  first: Value,
  next: (piece: Buffer, crc: Value) => Value,
  words: (crc: Value) => number[],
): Checksum {
  let value = first;
  return {
    update: (piece) => {
      value = next(piece, value);
    },
    digest: () => {
      const bytes = words(value).map((word) => word.toString(16).padStart(8, '0'));
      return Buffer.from(bytes.join(''), 'hex').toString('base64');
    },
  };
}

const checksums = new Map<string, () => Checksum>([
  ['x-amz-checksum-crc32', () => ofCrc(0, crc32, (crc) => [crc])],
  ['x-amz-checksum-crc32c', () => ofCrc(0, crc32c, (crc) => [crc])],
  [
    'x-amz-checksum-crc64nvme',
    () => ofCrc<Crc64>({ low: 0, high: 0 }, crc64nvme, ({ high, low }) => [high, low]),
  ],
  ['x-amz-checksum-md5', () => ofHash('md5')],
  ['x-amz-checksum-sha1', () => ofHash('sha1')],
  ['x-amz-checksum-sha256', () => ofHash('sha256')],
  ['x-amz-checksum-sha512', () => ofHash('sha512')],
]);

/** A new checksum for an `x-amz-checksum-…` header (lower case); `undefined` for one that is not known. */
export function checksumOf(header: string): Checksum | undefined {
  return checksums.get(header)?.();
}
