/** Deeper than any DynamoDB document: an item nests at most 32 levels, each level two of JSON, plus the request around it. */
const maxDepth = 100;

/** Why a body is not JSON that every reader reads alike. */
export class AmbiguousJson extends Error {}

/**
 * Parses a JSON body so that no two readers can disagree about it: UTF-8 without replacement, no name twice in an
 * object (readers differ in which one wins, and the store behind the gateway is another reader), bounded depth.
 * Throws `AmbiguousJson`.
 */
export function parseStrictJson(body: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    value = JSON.parse(text);
  } catch {
    throw new AmbiguousJson('The body is not JSON in UTF-8');
  }
  refuseRepeatedNames(text);
  return value;
}

/** One pass over text that `JSON.parse` has accepted, so only strings and brackets need to be told apart. */
function refuseRepeatedNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let nameExpected = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        if (open.length === maxDepth)
          throw new AmbiguousJson(`The body nests deeper than ${maxDepth} levels`);
        nameExpected = text[at] === '{';
        open.push(nameExpected ? new Set() : undefined);
        break;
      case '}':
      case ']':
        open.pop();
        nameExpected = false;
        break;
      case ',':
        nameExpected = open.at(-1) !== undefined;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (nameExpected) {
          const name: unknown = JSON.parse(text.slice(at, end));
          const names = open.at(-1);
          if (typeof name !== 'string' || names?.has(name))
            throw new AmbiguousJson('A name occurs twice in one object');
          names?.add(name);
          nameExpected = false;
        }
        at = end - 1;
      }
    }
  }
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

export type JsonObject = { readonly [name: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
