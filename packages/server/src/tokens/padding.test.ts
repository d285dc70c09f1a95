import { Buffer } from 'node:buffer';
import { constants, createHash, generateKeyPairSync, privateEncrypt, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verificationKey } from './jwk.ts';

/**
 * The classes of Wycheproof's vectors for RSA, with a key of our own: what a lenient reader of the padding would take
 * for a signature.
 */
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signed = Buffer.from('eyJhbGciOiJSUzI1NiJ9.e30');
const digest = createHash('sha256').update(signed).digest();
const size = 256;

function verify(algorithm: string, signature: Buffer): boolean | undefined {
  const { n, e } = publicKey.export({ format: 'jwk' });
  return verificationKey({ kty: 'RSA', n, e })?.checks.get(algorithm)?.(signed, signature);
}

/** The private key's operation on a block as it is. */
function raw(block: Buffer): Buffer {
  return privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block);
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}

const oid = hex('06 09 60 86 48 01 65 03 04 02 01');
const none = Buffer.of(5, 0);
const algorithm = tlv(0x30, oid, none);
const hash = tlv(0x04, digest);
const digestInfo = tlv(0x30, algorithm, hash);

/** RFC 8017 section 9.2: 00 01 FF…FF 00, then what is signed. */
function padded(info: Buffer, after = Buffer.alloc(0), start = Buffer.of(0, 1), separator = Buffer.of(0)) {
  const fill = size - start.length - separator.length - info.length - after.length;
  return Buffer.concat([start, Buffer.alloc(fill, 0xff), separator, info, after]);
}

describe('a signature by RS256', () => {
  it('holds with the one padding there is', () => {
    expect(verify('RS256', raw(padded(digestInfo)))).toBe(true);
  });

  it.each([
    ['without the NULL parameters', padded(tlv(0x30, tlv(0x30, oid), hash))],
    ['with a length in long form', padded(Buffer.concat([hex('30 81 31'), algorithm, hash]))],
    ['with a length in long form and zeros', padded(Buffer.concat([hex('30 82 00 31'), algorithm, hash]))],
    ['with a length too great', padded(Buffer.concat([hex('30 32'), algorithm, hash]))],
    ['with a length too small', padded(Buffer.concat([hex('30 30'), algorithm, hash]))],
    ['with indefinite length', padded(Buffer.concat([hex('30 80'), algorithm, hash, hex('00 00')]))],
    ['with another tag for the sequence', padded(tlv(0x31, algorithm, hash))],
    ['with another tag for the hash', padded(tlv(0x30, algorithm, tlv(0x03, digest)))],
    ['with the hash in a composition', padded(tlv(0x30, algorithm, tlv(0x24, hash)))],
    ['with garbage at the end of the sequence', padded(tlv(0x30, algorithm, hash, hex('00 00')))],
    ['with garbage in the algorithm', padded(tlv(0x30, tlv(0x30, oid, none, hex('05 00')), hash))],
    ['with garbage as parameters', padded(tlv(0x30, tlv(0x30, oid, tlv(0x04, Buffer.alloc(8))), hash))],
    ['with garbage before the sequence', padded(Buffer.concat([hex('05 00'), digestInfo]))],
    ['with garbage after a short padding', padded(digestInfo, Buffer.alloc(194))],
    ['with garbage after the sequence', padded(digestInfo, Buffer.of(0))],
    ['of the name of SHA-1', padded(tlv(0x30, tlv(0x30, hex('06 05 2b 0e 03 02 1a'), none), hash))],
    [
      'of the name of SHA-512',
      padded(tlv(0x30, tlv(0x30, hex('06 09 60 86 48 01 65 03 04 02 03'), none), hash)),
    ],
    ['of the hash alone', padded(digest)],
    ['of a shorter hash', padded(tlv(0x30, algorithm, tlv(0x04, digest.subarray(0, 20))))],
    ['of an empty sequence', padded(Buffer.of(0x30, 0))],
    ['of nothing', padded(Buffer.alloc(0))],
    ['in a block for encryption', padded(digestInfo, undefined, Buffer.of(0, 2))],
    ['in a block of type 0', padded(digestInfo, undefined, Buffer.of(0, 0))],
    ['without an end of the padding', padded(digestInfo, undefined, undefined, Buffer.of(0xff))],
    ['with another end of the padding', padded(digestInfo, undefined, undefined, Buffer.of(1))],
    ['with a gap in the padding', padded(digestInfo).fill(0xfe, 100, 101)],
    ['without padding', Buffer.concat([Buffer.alloc(size - digestInfo.length), digestInfo])],
  ])('%s does not', (_case, block) => {
    expect(block).toHaveLength(size);
    expect(verify('RS256', raw(block))).toBe(false);
  });

  const good = raw(padded(digestInfo));
  const modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
  const number = (value: bigint, length = size) =>
    Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
  const n = BigInt(`0x${modulus.toString('hex')}`);
  it.each<[string, Buffer]>([
    ['zero', number(0n)],
    ['one', number(1n)],
    ['the modulus', modulus],
    ['the modulus less one', number(n - 1n)],
    ['the signature and the modulus', number(BigInt(`0x${good.toString('hex')}`) + n, size + 1)],
    ['the signature with a zero before', Buffer.concat([Buffer.of(0), good])],
    ['the signature with a zero after', Buffer.concat([good, Buffer.of(0)])],
    ['the signature without its end', good.subarray(0, -1)],
    ['nothing', Buffer.alloc(0)],
    ['the signature of PS256', sign('sha256', signed, pss(32))],
  ])('that is %s does not', (_case, signature) => {
    expect(verify('RS256', signature)).toBe(false);
  });
});

function pss(saltLength: number) {
  return { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

/** RFC 8017 section 9.1.1, with a mask that may be made with another hash, and another last byte. */
function pssBlock({ maskHash = 'sha256', trailer = 0xbc } = {}): Buffer {
  const salt = Buffer.alloc(32, 7);
  const h = createHash('sha256').update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const block = Buffer.concat([Buffer.alloc(size - 66), Buffer.of(1), salt]);
  const mask = Buffer.concat(
    Array.from({ length: 16 }, (_, counter) =>
      createHash(maskHash)
        .update(h)
        .update(Buffer.of(0, 0, 0, counter))
        .digest(),
    ),
  );
  const masked = Buffer.from(block.map((byte, at) => byte ^ mask.readUInt8(at)));
  masked.writeUInt8(masked.readUInt8(0) & 0x7f, 0);
  return Buffer.concat([masked, h, Buffer.of(trailer)]);
}

describe('a signature by PS256', () => {
  /** RFC 7518 section 3.5: the salt is as long as the hash, and the mask is made with the same hash. */
  it.each([
    ['of Node', sign('sha256', signed, pss(32))],
    ['of our own making', raw(pssBlock())],
  ])('%s holds with a salt as long as the hash', (_whose, signature) => {
    expect(verify('PS256', signature)).toBe(true);
  });

  it.each([
    ['without salt', sign('sha256', signed, pss(0))],
    ['with a salt of 20 bytes', sign('sha256', signed, pss(20))],
    ['with a salt of 33 bytes', sign('sha256', signed, pss(33))],
    ['with the longest salt', sign('sha256', signed, pss(222))],
    ['of SHA-384', sign('sha384', signed, pss(32))],
    ['with a mask of SHA-1', raw(pssBlock({ maskHash: 'sha1' }))],
    ['with a mask of SHA-512', raw(pssBlock({ maskHash: 'sha512' }))],
    ['with another last byte', raw(pssBlock({ trailer: 0xcc }))],
    ['that is one of RS256', sign('sha256', signed, privateKey)],
  ])('%s does not', (_case, signature) => {
    expect(verify('PS256', signature)).toBe(false);
  });
});

describe('a signature by an algorithm', () => {
  const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

  it.each(algorithms)('%s is none by any other', (made) => {
    const options = made.startsWith('PS') ? pss(Number(made.slice(2)) / 8) : { key: privateKey };
    const signature = sign(`sha${made.slice(2)}`, signed, options);
    expect(algorithms.filter((said) => verify(said, signature))).toEqual([made]);
  });
});
