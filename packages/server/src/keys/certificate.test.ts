import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSignedCertificate } from './certificate.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const commonName = 'us-east-11';
const notBefore = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const der = selfSignedCertificate({ privateKey, publicKey, commonName, notBefore });

const openssl = (args: readonly string[], input: Buffer) =>
  execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });

describe('the certificate of a signing key', () => {
  it('carries the key under its name, signed with itself', () => {
    const certificate = new X509Certificate(der);
    expect(certificate.subject).toBe('CN=us-east-11');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(privateKey)).toBe(true);
    expect(certificate.verify(publicKey)).toBe(true);
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(certificate.verify(other.publicKey)).toBe(false);
  });

  it.each([
    [notBefore, '2026-01-02T03:04:05Z'],
    [0, '1970-01-01T00:00:00Z'],
    [Date.UTC(2049, 11, 31, 23, 59, 59), '2049-12-31T23:59:59Z'],
    [Date.UTC(2050, 0, 1), '2050-01-01T00:00:00Z'],
  ])('is valid from %i on, for ever', (from, expected) => {
    const certificate = new X509Certificate(
      selfSignedCertificate({ privateKey, publicKey, commonName, notBefore: from }),
    );
    expect(certificate.validFromDate).toEqual(new Date(expected));
    expect(certificate.validToDate).toEqual(new Date('9999-12-31T23:59:59Z'));
  });

  it('has a positive serial number of at most 20 bytes', () => {
    expect(new X509Certificate(der).serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it('is the same whoever makes it, and another for another key', () => {
    expect(selfSignedCertificate({ privateKey, publicKey, commonName, notBefore })).toEqual(der);
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(selfSignedCertificate({ ...other, commonName, notBefore })).not.toEqual(der);
  });

  it('is read and verified by OpenSSL, byte for byte', () => {
    const pem = new X509Certificate(der).toString();
    expect(openssl(['x509', '-inform', 'DER', '-noout', '-text'], der)).toMatch(
      /Version: 1 .*sha256WithRSAEncryption.*Not After *: Dec 31 23:59:59 9999 GMT.*2048 bit/s,
    );
    expect(Buffer.from(openssl(['x509', '-inform', 'DER'], der))).toEqual(Buffer.from(pem));
    const verify = 'openssl verify -check_ss_sig -CAfile <(printf %s "$1") <(printf %s "$1")';
    expect(execFileSync('bash', ['-c', verify, 'verify', pem], { encoding: 'utf8' })).toMatch(/: OK$/m);
  });
});
