import { Buffer, isUtf8 } from 'node:buffer';
import { JsonRefused, parseJsonObject } from './json.ts';
import { TokenRefused } from './refusal.ts';

/** A JWS in compact form taken apart (RFC 7515 §7.1, RFC 7519); nothing in it is proven. */
export interface UnverifiedJwt {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Record<string, unknown>;
  /** The bytes that are signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Characters of header and payload together; id tokens with hundreds of groups stay below. */
const maxSignedLength = 20 * 1024;
/** Characters: an RSA signature of 8,192 bits. */
const maxSignatureLength = 1366;

/**
 * Takes a JWT apart. Throws `TokenRefused` (`not-a-jwt`) for anything but a strict JWS in compact form: base64url
 * must be canonical, header and payload JSON objects without duplicate members and without deep nesting. A header
 * with `crit` is refused, as no extension is understood (RFC 7515 §4.1.11); `jku`, `jwk`, `x5u` and `x5c` are never
 * looked at, because a token cannot vouch for its own key.
 */
export function parseJwt(token: string): UnverifiedJwt {
  const firstDot = token.indexOf('.');
  const secondDot = token.indexOf('.', firstDot + 1);
  if (firstDot < 0 || secondDot < 0 || token.indexOf('.', secondDot + 1) >= 0) {
    throw notAJwt('not three segments');
  }
  if (secondDot > maxSignedLength) throw notAJwt(`header and payload exceed ${maxSignedLength} characters`);
  if (token.length - secondDot - 1 > maxSignatureLength) throw notAJwt('the signature segment is too long');

  const header = decodeObject(token.slice(0, firstDot), 'header');
  if (typeof header.alg !== 'string') throw notAJwt('the header has no alg');
  if (header.kid !== undefined && typeof header.kid !== 'string') throw notAJwt('kid is not a string');
  if (header.crit !== undefined) throw notAJwt('the header has crit');
  return {
    algorithm: header.alg,
    keyId: header.kid,
    claims: decodeObject(token.slice(firstDot + 1, secondDot), 'payload'),
    signed: Buffer.from(token.slice(0, secondDot), 'latin1'),
    signature: decodeBase64url(token.slice(secondDot + 1), 'signature'),
  };
}

/** True for what can only be meant as a JWT: three segments, the first of them base64url of `{"`. */
export function looksLikeJwt(token: string): boolean {
  return token.startsWith('eyJ') && token.split('.', 4).length === 3;
}

function decodeObject(segment: string, name: string): Record<string, unknown> {
  const bytes = decodeBase64url(segment, name);
  if (!isUtf8(bytes)) throw notAJwt(`the ${name} is not UTF-8`);
  try {
    return parseJsonObject(bytes.toString('utf8'));
  } catch (cause) {
    if (cause instanceof JsonRefused) throw notAJwt(`the ${name} is refused: ${cause.message}`);
    throw cause;
  }
}

/** Encoding again shows any padding, foreign character or stray bit that a lenient decoder passes over. */
function decodeBase64url(segment: string, name: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.toString('base64url') !== segment) throw notAJwt(`the ${name} is not base64url`);
  return bytes;
}

function notAJwt(reason: string): TokenRefused {
  return new TokenRefused({ kind: 'not-a-jwt' }, reason);
}
