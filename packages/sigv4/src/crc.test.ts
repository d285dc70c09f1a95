import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumOf } from './checksum.ts';

/** A reflected CRC bit by bit, as its definition says. */
function bitwise(bytes: Uint8Array, polynomial: bigint, bits: bigint): string {
  const ones = (1n << bits) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ polynomial;
  }
  const hex = (crc ^ ones).toString(16).padStart(Number(bits) / 4, '0');
  return Buffer.from(hex, 'hex').toString('base64');
}

function checksum(name: string, ...pieces: Uint8Array[]): string {
  const sum = checksumOf(`x-amz-checksum-${name}`);
  if (sum === undefined) throw new Error(`no checksum ${name}`);
  for (const piece of pieces) sum.update(Buffer.from(piece));
  return sum.digest();
}

describe('checksumOf', () => {
  it.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['md5', createHash('md5').update('123456789').digest('hex')],
    ['sha1', createHash('sha1').update('123456789').digest('hex')],
    ['sha256', createHash('sha256').update('123456789').digest('hex')],
    ['sha512', createHash('sha512').update('123456789').digest('hex')],
  ])('%s of 123456789 is its published check value', (name, hex) => {
    expect(checksum(name, Buffer.from('123456789'))).toBe(Buffer.from(hex, 'hex').toString('base64'));
  });

  it('knows no others', () => {
    expect(checksumOf('x-amz-checksum-xxhash64')).toBeUndefined();
    expect(checksumOf('x-amz-meta-a')).toBeUndefined();
  });

  it.each([
    ['crc32', 0xedb8_8320n, 32n],
    ['crc32c', 0x82f6_3b78n, 32n],
    ['crc64nvme', 0x9a6c_9329_ac4b_c9b5n, 64n],
  ] as const)('%s is that of the definition, however the body is cut', (name, polynomial, bits) => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        expect(checksum(name, first, second)).toBe(bitwise(Buffer.concat([first, second]), polynomial, bits));
      }),
    );
  });
});
