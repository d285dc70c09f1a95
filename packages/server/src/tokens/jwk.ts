import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isObject } from './json.ts';

/** A public key of an issuer, parsed once, that says itself which algorithms it verifies. */
export interface VerificationKey {
  readonly keyId: string | undefined;
  /** Equal for equal keys: how a key is recognised after its set was fetched again. */
  readonly material: string;
  /** JWS algorithm → check. An algorithm that is not a member is not one of this key. */
  readonly checks: ReadonlyMap<string, SignatureCheck>;
}

type SignatureCheck = (signed: Uint8Array, signature: Uint8Array) => boolean;

const minRsaBits = 2048;
/** Verification grows with the square of the modulus: a larger key is a way to burn our processor. */
const maxRsaBits = 8192;

/**
 * Makes a verification key of a JWK (RFC 7517, RFC 7518 §6, RFC 8037). Undefined for what must not verify an
 * outside token: symmetric keys, encryption keys, unknown kinds, RSA below 2,048 bits, damaged keys. Private
 * members are not looked at.
 */
export function verificationKey(jwk: unknown): VerificationKey | undefined {
  if (!isObject(jwk)) return undefined;
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined;
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) {
    return undefined;
  }
  const imported = importPublicKey(jwk);
  if (!imported) return undefined;
  const { key, material } = imported;
  const checks = checksFor(key);
  if (jwk.alg !== undefined) {
    for (const algorithm of checks.keys()) if (algorithm !== jwk.alg) checks.delete(algorithm);
  }
  if (checks.size === 0) return undefined;
  return { keyId: typeof jwk.kid === 'string' ? jwk.kid : undefined, material, checks };
}

const publicMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

function importPublicKey(jwk: Record<string, unknown>): { key: KeyObject; material: string } | undefined {
  const members = typeof jwk.kty === 'string' ? publicMembers[jwk.kty] : undefined;
  if (!members) return undefined;
  const bare: Record<string, string> = { kty: String(jwk.kty) };
  for (const member of members) {
    const value = jwk[member];
    if (typeof value !== 'string') return undefined;
    bare[member] = value;
  }
  try {
    return { key: createPublicKey({ key: bare, format: 'jwk' }), material: Object.values(bare).join(' ') };
  } catch {
    return undefined;
  }
}

function checksFor(key: KeyObject): Map<string, SignatureCheck> {
  const details = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const bits = details.modulusLength ?? 0;
      const exponent = details.publicExponent ?? 0n;
      const sound = bits >= minRsaBits && bits <= maxRsaBits && exponent >= 3n && exponent % 2n === 1n;
      return sound ? rsaChecks(key) : new Map();
    }
    case 'ec':
      return ecChecks(key, details.namedCurve);
    case 'ed25519':
      return edChecks(key, 'Ed25519');
    case 'ed448':
      return edChecks(key, 'Ed448');
    default:
      return new Map();
  }
}

function rsaChecks(key: KeyObject): Map<string, SignatureCheck> {
  const pss = {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  const checks = new Map<string, SignatureCheck>();
  for (const size of ['256', '384', '512']) {
    const digest = `sha${size}`;
    // A bare KeyObject takes half the time of an options object around it.
    checks.set(`RS${size}`, (signed, signature) => verify(digest, signed, key, signature));
    checks.set(`PS${size}`, (signed, signature) => verify(digest, signed, pss, signature));
  }
  return checks;
}

/** One curve, one algorithm; a signature is `r` and `s`, each as long as the curve's order (RFC 7518 §3.4). */
function ecChecks(key: KeyObject, curve: string | undefined): Map<string, SignatureCheck> {
  const options = { key, dsaEncoding: 'ieee-p1363' } as const;
  const check = (digest: string): SignatureCheck => {
    return (signed, signature) => verify(digest, signed, options, signature);
  };
  switch (curve) {
    case 'prime256v1':
      return new Map([['ES256', check('sha256')]]);
    case 'secp384r1':
      return new Map([['ES384', check('sha384')]]);
    case 'secp521r1':
      return new Map([['ES512', check('sha512')]]);
    default:
      return new Map();
  }
}

/** `EdDSA` (RFC 8037 §3.1) and the fully specified name (RFC 9864 §2.2). */
function edChecks(key: KeyObject, name: 'Ed25519' | 'Ed448'): Map<string, SignatureCheck> {
  const check: SignatureCheck = (signed, signature) => verify(null, signed, key, signature);
  return new Map([
    ['EdDSA', check],
    [name, check],
  ]);
}
