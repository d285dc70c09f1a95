import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmbiguousJson, parseStrictJson } from './json.ts';

const parse = (text: string | Uint8Array) => parseStrictJson(Buffer.from(text));

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['a name twice', '{"Key":{"id":{"S":"mine"}},"Key":{"id":{"S":"theirs"}}}'],
    ['a name twice, once escaped', '{"Key":1,"\\u004bey":2}'],
    ['a name twice deep inside', '[{"a":[{"b":{"c":1,"d":[1,{"x":"}"}],"c":2}}]}]'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['too many levels', `${'['.repeat(101)}${']'.repeat(101)}`],
    ['no JSON', '{"a":1,}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc0, 0xae, 0x22])],
    ['a byte order mark', '\uFEFF{}'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrow(AmbiguousJson);
  });

  it.each([
    '{"a":{"b":1},"c":{"b":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"\\"a\\":1","b":",\\"a"}',
    `${'['.repeat(100)}${']'.repeat(100)}`,
  ])('takes %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });
});
