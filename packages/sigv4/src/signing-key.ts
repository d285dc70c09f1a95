import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { SignatureError } from './failure.ts';

export interface CredentialScope {
  /** `YYYYMMDD`, UTC. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const algorithm = 'AWS4-HMAC-SHA256';

export function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/** SHA-256 in lower-case hex of text that has one character a byte; `malformed` for text that has not. */
export function sha256Hex(text: string): string {
  // A string is hashed as UTF-8, which is byte for byte for ASCII only; that is nearly every request, and fastest.
  if (!/[\u0080-\uffff]/.test(text)) return hash('sha256', text);
  if (/[\u0100-\uffff]/.test(text)) throw new SignatureError('malformed', 'a character is not a byte');
  return hash('sha256', Buffer.from(text, 'latin1'));
}

/** The HMAC-SHA256 of a string to sign, or of a part of the scope. */
export function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function derive(secretKey: string, scope: CredentialScope): KeyObject {
  let key = createSecretKey(`AWS4${secretKey}`, 'utf8');
  for (const part of [scope.date, scope.region, scope.service, 'aws4_request']) {
    key = createSecretKey(hmac(key, part));
  }
  return key;
}

/**
 * Derived keys of the sessions seen last. A session signs all its requests of a day with one key, and deriving it
 * costs four of the five HMACs. `KeyObject` because an HMAC keyed with one is six times as fast as with a Buffer.
 */
const derived = new Map<string, KeyObject>();
const derivedLimit = 4096;

/** The signing key of a secret key for one day, region and service. */
export function signingKey(secretKey: string, scope: CredentialScope): KeyObject {
  const id = `${scope.date}/${scope.region}/${scope.service}/${secretKey}`;
  const known = derived.get(id);
  const key = known ?? derive(secretKey, scope);
  if (known !== undefined) derived.delete(id);
  else if (derived.size >= derivedLimit) {
    for (const oldest of derived.keys()) {
      derived.delete(oldest);
      break;
    }
  }
  derived.set(id, key);
  return key;
}
