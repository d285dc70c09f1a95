import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonNode, readJson } from './json.ts';
import { PolicySyntaxError } from './syntax-error.ts';

const refusal = (text: string): PolicySyntaxError => {
  try {
    readJson(text, 'not JSON');
  } catch (error) {
    if (error instanceof PolicySyntaxError) return error;
    throw error;
  }
  throw new Error(`accepted ${text}`);
};

function plain(node: JsonNode): unknown {
  switch (node.type) {
    case 'object':
      return new Map([...node.members].map(([key, value]) => [key, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'null':
      return null;
    case 'string':
      return node.value;
    case 'scalar':
      return JSON.parse(node.value);
  }
}

function mapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, mapped(member)]));
}

describe('readJson', () => {
  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(plain(readJson(text, ''))).toEqual(mapped(JSON.parse(text)));
      }),
    );
  });

  it('accepts a text exactly when JSON.parse does, duplicate keys and depth aside', () => {
    const fragments = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b"',
        '1',
        '-',
        '0',
        '.5',
        'e3',
        'true',
        'nul',
        'null',
        ' ',
        '"\\u00',
        '\\',
        '"',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(fragments, (parts) => {
        const text = parts.join('');
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        let reads = true;
        try {
          readJson(text, '');
        } catch (error) {
          if (!(error instanceof PolicySyntaxError)) throw error;
          reads = false;
          if (error.detail.includes('twice')) return;
        }
        expect(reads).toBe(parses);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps numbers as they are written', () => {
    expect(readJson('1.50', '')).toMatchObject({ type: 'scalar', value: '1.50' });
  });

  it.each([
    ['{"a":1,"a":2}', 'the key "a" appears twice at offset 7', 7],
    ['{"a":1,"\\u0061":2}', 'the key "a" appears twice at offset 7', 7],
    ['{"__proto__":1,"__proto__":2}', 'the key "__proto__" appears twice at offset 15', 15],
    ['{"a" 1}', "expected ':', found '1' at offset 5", 5],
    ['["a",]', "expected a value, found ']' at offset 5", 5],
    ['"a', 'unfinished string at offset 2', 2],
    ['"\\x"', 'unknown escape at offset 1', 1],
    ['"\\u12"', 'unfinished \\u escape at offset 2', 2],
    ['"\n"', 'control character in a string at offset 1', 1],
    ['{} x', "text after the document, found 'x' at offset 3", 3],
    ['', 'expected a value, found the end of the text at offset 0', 0],
    ['\u00a0{}', "expected a value, found '\u00a0' at offset 0", 0],
  ])('refuses %j and says where', (text, detail, position) => {
    expect(refusal(text)).toMatchObject({ message: 'not JSON', path: '', detail, position });
  });

  it('takes __proto__ and constructor for ordinary keys', () => {
    const node = readJson('{"__proto__":{"polluted":true},"constructor":1}', '');
    expect(node.type === 'object' && [...node.members.keys()]).toEqual(['__proto__', 'constructor']);
    expect('polluted' in {}).toBe(false);
  });

  it('refuses nesting deeper than any policy, however deep', () => {
    expect(refusal('['.repeat(100_000)).detail).toBe('nested deeper than 16 levels at offset 16');
    expect(readJson('['.repeat(16) + ']'.repeat(16), '').type).toBe('array');
  });
});
