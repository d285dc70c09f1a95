const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The message never quotes the text, which may be a secret. */
export class JsonRefused extends Error {}

const maxDepth = 16;

/**
 * Parses a JSON object strictly: nothing nested deeper than 16, and no member of the object itself given twice –
 * parsers differ on which of two `sub` counts, so a document with both proves neither (RFC 7515 §4, RFC 7519 §4).
 * Throws `JsonRefused`.
 */
export function parseJsonObject(text: string): Record<string, unknown> {
  const members = countMembers(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonRefused('not JSON');
  }
  if (!isObject(value)) throw new JsonRefused('not a JSON object');
  if (Object.keys(value).length !== members) throw new JsonRefused('a member is given twice');
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Colons outside strings at depth one: the members of the object, once the text has proven to be JSON. */
function countMembers(text: string): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openBrace:
      case openBracket:
        if (++depth > maxDepth) throw new JsonRefused(`nested deeper than ${maxDepth}`);
        break;
      case closeBrace:
      case closeBracket:
        depth--;
        break;
      case colon:
        if (depth === 1) members++;
        break;
    }
  }
  return members;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at;
  }
  return text.length;
}
