/**
 * CRC-32C and CRC-64/NVME, which `node:zlib` does not have: reflected, beginning with all ones and inverted at the
 * end. Eight bytes are taken in one step, each through a table of its own ("slicing by 8").
 *
 * Tables are `DataView`s: as fast as typed arrays, and what they give is a number also for the type checker.
 */

const bytesPerEntry = 4;
const bytesPerTable = 256 * bytesPerEntry;
const tableCount = 8;

/** Eight tables of 256 64-bit entries, low and high halves apart; a 32-bit CRC uses the low halves alone. */
interface Tables {
  readonly low: DataView;
  readonly high: DataView;
}

function makeTables(reflectedPolynomial: bigint): Tables {
  const low = new DataView(new ArrayBuffer(tableCount * bytesPerTable));
  const high = new DataView(new ArrayBuffer(tableCount * bytesPerTable));
  const first: bigint[] = [];
  for (let byte = 0n; byte < 256n; byte++) {
    let entry = byte;
    for (let bit = 0; bit < 8; bit++)
      entry = (entry & 1n) === 0n ? entry >> 1n : (entry >> 1n) ^ reflectedPolynomial;
    first.push(entry);
  }
  let entries = first;
  for (let table = 0; table < tableCount; table++) {
    entries.forEach((entry, byte) => {
      low.setUint32(table * bytesPerTable + byte * bytesPerEntry, Number(entry & 0xffff_ffffn), true);
      high.setUint32(table * bytesPerTable + byte * bytesPerEntry, Number(entry >> 32n), true);
    });
    entries = entries.map((entry) => (entry >> 8n) ^ (first[Number(entry & 0xffn)] ?? 0n));
  }
  return { low, high };
}

function entry(tables: DataView, table: number, byte: number): number {
  return tables.getInt32(table * bytesPerTable + byte * bytesPerEntry, true);
}

/** What eight bytes, `a` before `b`, make of a CRC that is zero or has been added to them. */
function fold(tables: DataView, a: number, b: number): number {
  return (
    entry(tables, 7, a & 0xff) ^
    entry(tables, 6, (a >>> 8) & 0xff) ^
    entry(tables, 5, (a >>> 16) & 0xff) ^
    entry(tables, 4, a >>> 24) ^
    entry(tables, 3, b & 0xff) ^
    entry(tables, 2, (b >>> 8) & 0xff) ^
    entry(tables, 1, (b >>> 16) & 0xff) ^
    entry(tables, 0, b >>> 24)
  );
}

const castagnoli = makeTables(0x82f6_3b78n).low;

/** The CRC-32C of a piece, or of a body so far (`crc`) and the piece after it. */
export function crc32c(piece: Uint8Array, crc = 0): number {
  const bytes = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  let value = ~crc;
  let at = 0;
  for (; at + 8 <= bytes.byteLength; at += 8) {
    value = fold(castagnoli, value ^ bytes.getInt32(at, true), bytes.getInt32(at + 4, true));
  }
  for (; at < bytes.byteLength; at++) {
    value = entry(castagnoli, 0, (value ^ bytes.getUint8(at)) & 0xff) ^ (value >>> 8);
  }
  return ~value >>> 0;
}

const nvme = makeTables(0x9a6c_9329_ac4b_c9b5n);

/** A 64-bit CRC, as unsigned halves. */
export interface Crc64 {
  readonly low: number;
  readonly high: number;
}

/** The CRC-64/NVME of a piece, or of a body so far (`crc`) and the piece after it. */
export function crc64nvme(piece: Uint8Array, crc: Crc64 = { low: 0, high: 0 }): Crc64 {
  const bytes = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  let low = ~crc.low;
  let high = ~crc.high;
  let at = 0;
  for (; at + 8 <= bytes.byteLength; at += 8) {
    const a = low ^ bytes.getInt32(at, true);
    const b = high ^ bytes.getInt32(at + 4, true);
    low = fold(nvme.low, a, b);
    high = fold(nvme.high, a, b);
  }
  for (; at < bytes.byteLength; at++) {
    const byte = (low ^ bytes.getUint8(at)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ entry(nvme.low, 0, byte);
    high = (high >>> 8) ^ entry(nvme.high, 0, byte);
  }
  return { low: ~low >>> 0, high: ~high >>> 0 };
}
