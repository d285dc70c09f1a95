import { Buffer } from 'node:buffer';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate with the key it is about. */
export interface Certified {
  readonly pem: string;
  readonly privateKey: string;
  /** SHA-1, as IAM takes it. */
  readonly thumbprint: string;
}

interface Signer {
  readonly name: string;
  readonly key: KeyObject;
}

const signers = new WeakMap<Certified, Signer>();

/**
 * A certificate of `name` for loopback servers, by `issuer` or else by itself: of an authority, or of a server at
 * `localhost`. Valid from last year for three, unless it `hasExpired`. RFC 5280 section 4.1.
 */
export function certify(
  name: string,
  options: {
    issuer?: Certified;
    isAuthority?: boolean;
    hosts?: readonly string[];
    hasExpired?: boolean;
  } = {},
): Certified {
  const { issuer, isAuthority = false, hosts = ['localhost'], hasExpired = false } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = (issuer && signers.get(issuer)) ?? { name, key: privateKey };
  const year = new Date().getUTCFullYear();
  const until = hasExpired ? year - 1 : year + 2;
  const signed = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))),
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(signer.name),
    sequence(utcTime(year - 2), utcTime(until)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(isAuthority ? authority : serverNames(hosts))),
  );
  const signature = sign('sha256', signed, signer.key);
  const der = sequence(signed, ecdsaWithSha256, tlv(0x03, Buffer.of(0), signature));
  const certified = {
    pem: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprint: createHash('sha1').update(der).digest('hex'),
  };
  signers.set(certified, { name, key: privateKey });
  return certified;
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const lengths = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengths]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

/** 1.2.840.10045.4.3.2 (RFC 5758 section 3.2) */
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
/** basicConstraints, critical: an authority. RFC 5280 section 4.2.1.9. */
const authority = sequence(
  oid('551d13'),
  tlv(0x01, Buffer.of(0xff)),
  tlv(0x04, sequence(tlv(0x01, Buffer.of(0xff)))),
);

/** subjectAltName with DNS names. RFC 5280 section 4.2.1.6. */
function serverNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) => tlv(0x82, Buffer.from(host)));
  return sequence(oid('551d11'), tlv(0x04, sequence(...names)));
}

function nameOf(text: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(text)))));
}

function utcTime(year: number): Buffer {
  return tlv(0x17, Buffer.from(`${String(year % 100).padStart(2, '0')}0101000000Z`));
}
