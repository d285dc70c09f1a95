import { SignatureError } from './failure.ts';

const unreservedOnly = /^[A-Za-z0-9\-._~]*$/;
const unreservedOrSlash = /^[A-Za-z0-9\-._~/]*$/;
const brokenEscape = /%(?![0-9A-Fa-f]{2})/;
const reserved = /[^A-Za-z0-9\-._~]/g;
const reservedButSlash = /[^A-Za-z0-9\-._~/]/g;
const reservedOrEscape = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/g;

/** Each byte as AWS's UriEncode writes it. */
const encodedBytes = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return unreservedOnly.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

function encodeByte(character: string): string {
  const encoded = encodedBytes[character.charCodeAt(0)];
  if (encoded === undefined) throw new SignatureError('malformed', 'a character is not a byte');
  return encoded;
}

/** Percent-encodes every byte except the unreserved characters (AWS's UriEncode). `text` is one character a byte. */
export function encodeComponent(text: string): string {
  return unreservedOnly.test(text) ? text : text.replace(reserved, encodeByte);
}

/** As `encodeComponent`, but leaves `/` alone. A `%` is encoded too, so an encoded path becomes doubly encoded. */
export function encodePath(path: string): string {
  return unreservedOrSlash.test(path) ? path : path.replace(reservedButSlash, encodeByte);
}

/**
 * The one spelling of percent-encoded text: what decoding and then encoding gives, with `slash` for `/` and `%2F`
 * and `plus` for a bare `+`. Throws `malformed` for a broken escape.
 */
function recode(text: string, slash: '/' | '%2F', plus: '%2B' | '%20'): string {
  if (brokenEscape.test(text)) throw new SignatureError('malformed', 'the URL has a broken percent escape');
  return text.replace(reservedOrEscape, (match) => {
    if (match === '/') return slash;
    if (match === '+') return plus;
    if (match.length === 1) return encodeByte(match);
    const byte = Number.parseInt(match.slice(1), 16);
    return byte === 0x2f ? slash : encodeByte(String.fromCharCode(byte));
  });
}

/** An S3 path: one spelling for each key. `%2F` is `/`, since S3 takes both for the same key. */
export function recodePath(path: string): string {
  return unreservedOrSlash.test(path) ? path : recode(path, '/', '%2B');
}

/** A query name or value. A bare `+` is a space, as every service reads it. */
export function recodeQuery(text: string): string {
  return unreservedOnly.test(text) ? text : recode(text, '%2F', '%20');
}

/** A percent-encoded query name or value as bytes, one character each. Throws `malformed` for a broken escape. */
export function decodeQuery(text: string): string {
  if (unreservedOnly.test(text)) return text;
  if (brokenEscape.test(text)) throw new SignatureError('malformed', 'the URL has a broken percent escape');
  return text.replace(/\+|%../g, (match) =>
    match === '+' ? ' ' : String.fromCharCode(Number.parseInt(match.slice(1), 16)),
  );
}
