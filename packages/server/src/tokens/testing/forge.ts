import { Buffer } from 'node:buffer';
import { createHmac, createPublicKey, randomBytes } from 'node:crypto';
import { CompactEncrypt, type JWK } from 'jose';

/** What can be done to a good token by somebody without the issuer's key. */
export function withHeader(token: string, header: object, signature?: string): string {
  return withRawHeader(token, JSON.stringify(header), signature);
}

export function withRawHeader(token: string, header: string, signature?: string): string {
  const [, payload, original] = token.split('.');
  return `${Buffer.from(header).toString('base64url')}.${payload}.${signature ?? original}`;
}

export function withClaims(token: string, claims: object): string {
  const [header, payload = '', signature] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...claims };
  return `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
}

export function withSignature(token: string, signature: Buffer): string {
  return token.replace(/[^.]*$/, signature.toString('base64url'));
}

export function signedWithHmac(token: string, secret: string | Buffer): string {
  const signed = token.replace(/\.[^.]*$/, '');
  return withSignature(token, createHmac('sha256', secret).update(signed).digest());
}

export function flipBit(token: string): string {
  const signature = signatureOf(token);
  signature.writeUInt8(signature.readUInt8(100) ^ 1, 100);
  return withSignature(token, signature);
}

/** A signature of 256 bytes ends in a letter of which four bits count: the next letter decodes alike. */
export function strayBits(token: string): string {
  return token.slice(0, -1) + String.fromCharCode(token.charCodeAt(token.length - 1) + 1);
}

/** The two numbers of an ECDSA signature the way X.509 writes them: the shortest that is positive. */
export function inDer(token: string): string {
  const signature = signatureOf(token);
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((bytes) => {
    const digits = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    const positive = digits.readUInt8(0) < 128 ? digits : Buffer.concat([Buffer.from([0]), digits]);
    return Buffer.concat([Buffer.from([2, positive.length]), positive]);
  });
  const content = Buffer.concat(integers);
  return withSignature(token, Buffer.concat([Buffer.from([0x30, content.length]), content]));
}

/** A JWE of claims, under a key of nobody. */
export function encrypted(claims: object): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(randomBytes(32));
}

export function pemOf(jwk: JWK): string {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function signatureOf(token: string): Buffer {
  return Buffer.from(token.replace(/.*\./, ''), 'base64url');
}
