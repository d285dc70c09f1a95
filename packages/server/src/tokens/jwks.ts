import { parseJsonObject } from './json.ts';
import { type VerificationKey, verificationKey } from './jwk.ts';

const maxKeys = 100;

/** An issuer's keys at one time (RFC 7517 §5). */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
}

/** Throws `JsonRefused` or `Error` for a document that is not a JWK Set; keys that cannot verify are left out. */
export function parseJwks(text: string): KeySet {
  const { keys } = parseJsonObject(text);
  if (!Array.isArray(keys)) throw new Error('the JWK Set has no keys');
  if (keys.length > maxKeys) throw new Error(`the JWK Set has more than ${maxKeys} keys`);
  const usable = keys.map(verificationKey).filter((key) => key !== undefined);
  if (usable.length === 0) throw new Error('the JWK Set has no key that can verify a signature');
  return { keys: usable };
}

/**
 * The one key that a token's header means; its `checks` have the header's algorithm. Without a `kid` that is only
 * certain when a single key of the set has the algorithm.
 */
export function findKey(
  { keys }: KeySet,
  keyId: string | undefined,
  algorithm: string,
): VerificationKey | undefined {
  const candidates = keys.filter(
    (key) => (keyId === undefined || key.keyId === keyId) && key.checks.has(algorithm),
  );
  return keyId === undefined && candidates.length > 1 ? undefined : candidates[0];
}

export function hasKey({ keys }: KeySet, wanted: VerificationKey): boolean {
  return keys.some((key) => key.material === wanted.material);
}
