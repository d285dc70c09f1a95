import { PolicySyntaxError } from './syntax-error.ts';

/**
 * A JSON value with its place in the text. Members live in a Map, so that `__proto__` is a key like any other; numbers
 * keep their source text, because a policy compares `10` as the string "10".
 */
export type JsonNode =
  | { readonly type: 'object'; readonly members: ReadonlyMap<string, JsonNode>; readonly position: number }
  | { readonly type: 'array'; readonly items: readonly JsonNode[]; readonly position: number }
  | { readonly type: 'string'; readonly value: string; readonly position: number }
  | { readonly type: 'scalar'; readonly value: string; readonly position: number }
  | { readonly type: 'null'; readonly position: number };

/** A policy is at most seven levels deep (document, Statement, statement, Condition, operator, key, values). */
const MAX_DEPTH = 16;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const HEX4 = /[0-9a-fA-F]{4}/y;

/**
 * Reads one JSON text (RFC 8259) and refuses what `JSON.parse` would silently repair or lose: duplicate keys, deep
 * nesting, positions.
 *
 * @throws PolicySyntaxError with `message` as its text
 */
export function readJson(text: string, message: string): JsonNode {
  let at = 0;

  const fail = (detail: string, position = at): never => {
    throw new PolicySyntaxError(message, '', `${detail} at offset ${position}`, position);
  };
  const skipSpace = (): void => {
    for (;;) {
      const c = text.charCodeAt(at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      at++;
    }
  };
  const expect = (character: string): void => {
    if (text[at] !== character) fail(`expected '${character}'${found()}`);
    at++;
  };
  const found = (): string => (at < text.length ? `, found '${text[at]}'` : ', found the end of the text');

  function readString(): string {
    expect('"');
    let value = '';
    let from = at;
    for (;;) {
      const c = text.charCodeAt(at);
      if (Number.isNaN(c)) fail('unfinished string');
      if (c < 0x20) fail('control character in a string');
      if (c === 0x22) {
        value += text.slice(from, at++);
        return value;
      }
      if (c === 0x5c) {
        value += text.slice(from, at++);
        value += readEscape();
        from = at;
      } else at++;
    }
  }

  function readEscape(): string {
    const letter = text[at] ?? '';
    if (letter === 'u') {
      HEX4.lastIndex = at + 1;
      const hex = HEX4.exec(text)?.[0] ?? fail('unfinished \\u escape');
      at += 5;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    at++;
    return character ?? fail('unknown escape', at - 2);
  }

  function readObject(position: number, depth: number): JsonNode {
    const members = new Map<string, JsonNode>();
    at++;
    skipSpace();
    if (text[at] === '}') {
      at++;
      return { type: 'object', members, position };
    }
    for (;;) {
      skipSpace();
      const keyAt = at;
      const key = readString();
      if (members.has(key)) fail(`the key ${JSON.stringify(key)} appears twice`, keyAt);
      skipSpace();
      expect(':');
      members.set(key, readValue(depth));
      skipSpace();
      if (text[at] === '}') {
        at++;
        return { type: 'object', members, position };
      }
      expect(',');
    }
  }

  function readArray(position: number, depth: number): JsonNode {
    const items: JsonNode[] = [];
    at++;
    skipSpace();
    if (text[at] === ']') {
      at++;
      return { type: 'array', items, position };
    }
    for (;;) {
      items.push(readValue(depth));
      skipSpace();
      if (text[at] === ']') {
        at++;
        return { type: 'array', items, position };
      }
      expect(',');
    }
  }

  function readValue(depth: number): JsonNode {
    if (depth > MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH} levels`);
    skipSpace();
    const position = at;
    const first = text[at];
    if (first === '{') return readObject(position, depth + 1);
    if (first === '[') return readArray(position, depth + 1);
    if (first === '"') return { type: 'string', value: readString(), position };
    for (const word of ['true', 'false', 'null'] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return word === 'null' ? { type: 'null', position } : { type: 'scalar', value: word, position };
      }
    }
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(text)?.[0] ?? fail(`expected a value${found()}`);
    at += number.length;
    return { type: 'scalar', value: number, position };
  }

  const value = readValue(1);
  skipSpace();
  if (at < text.length) fail(`text after the document${found()}`);
  return value;
}
