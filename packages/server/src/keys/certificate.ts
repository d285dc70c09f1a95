import { createHash, type KeyObject, sign } from 'node:crypto';

/**
 * A self-signed certificate of an RSA key in DER, for verifiers that take a JWK's key from its `x5c` and know it by its
 * thumbprint. It follows from its arguments alone: every node that holds the key makes the same bytes. It says nothing
 * beyond the key and never ends, because the JWK Set says which keys count. `notBefore` in milliseconds since the epoch.
 * Source: RFC 5280 section 4.1, version 1, which is what a certificate without extensions is.
 */
export function selfSignedCertificate(options: {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly commonName: string;
  readonly notBefore: number;
}): Buffer {
  const { privateKey, publicKey, commonName, notBefore } = options;
  const subjectPublicKeyInfo = publicKey.export({ format: 'der', type: 'spki' });
  const name = sequence(tlv(0x31, sequence(commonNameId, tlv(0x0c, Buffer.from(commonName)))));
  const toBeSigned = sequence(
    tlv(0x02, serialNumber(subjectPublicKeyInfo)),
    sha256WithRsa,
    name,
    sequence(time(notBefore), noWellDefinedEnd),
    name,
    subjectPublicKeyInfo,
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const unusedBits = Buffer.of(0);
  return sequence(toBeSigned, sha256WithRsa, tlv(0x03, unusedBits, signature));
}

/** One element of DER (X.690): tag, length, contents. */
function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

/** Below 128 the length itself, else the number of its bytes and those. */
function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return tlv(0x30, ...contents);
}

/** 1.2.840.113549.1.1.11 with its NULL parameters (RFC 4055 section 5). */
const sha256WithRsa = sequence(tlv(0x06, Buffer.from('2a864886f70d01010b', 'hex')), tlv(0x05));
/** 2.5.4.3 */
const commonNameId = tlv(0x06, Buffer.from('550403', 'hex'));
/** RFC 5280 section 4.1.2.5. */
const noWellDefinedEnd = tlv(0x18, Buffer.from('99991231235959Z'));

/** Positive, and as far as anybody can tell unique: 126 bits of the key's hash below a one. */
function serialNumber(subjectPublicKeyInfo: Buffer): Buffer {
  const serial = createHash('sha256').update(subjectPublicKeyInfo).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** UTCTime through 2049, GeneralizedTime from then on. Source: RFC 5280 section 4.1.2.5. */
function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:T]/g, '');
  return text < '2050' ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}
