import { randomFillSync } from 'node:crypto';

const bytes = Buffer.alloc(16);

/** A UUID version 7 (RFC 9562 section 5.7): ids sort by their time in milliseconds since the epoch. */
export function uuid7(at: number): string {
  randomFillSync(bytes);
  bytes.writeUIntBE(at, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return dashed(bytes.toString('hex'));
}

/** The id that comes before every one made at that time or later. */
export function firstUuid7(at: number): string {
  return dashed(at.toString(16).padStart(12, '0').padEnd(32, '0'));
}

function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
