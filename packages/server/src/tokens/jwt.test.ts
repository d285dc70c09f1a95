import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRefused, parseJsonObject } from './json.ts';
import { looksLikeJwt, parseJwt } from './jwt.ts';
import { TokenRefused } from './refusal.ts';

const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url');

describe('parseJsonObject', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })), (object) => {
        const text = JSON.stringify(object);
        expect(parseJsonObject(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses every member given twice, wherever the two stand', () => {
    const member = fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.array(member), member, fc.jsonValue(), fc.nat(), (members, [name, value], other, at) => {
        const all = [...members, [name, value] as const];
        all.splice(at % all.length, 0, [name, other]);
        const text = `{${all.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
        expect(() => parseJsonObject(text)).toThrow(JsonRefused);
      }),
    );
  });

  it.each([
    ['the same name escaped', '{"sub":"alice","\\u0073ub":"bob"}', 'a member is given twice'],
    ['nesting', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, 'nested deeper than 16'],
    ['nesting that never ends', '['.repeat(100_000), 'nested deeper than 16'],
    ['an array', '[]', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['a comment', '{/**/}', 'not JSON'],
    ['an open string', '{"a', 'not JSON'],
    ['two documents', '{}{}', 'not JSON'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => parseJsonObject(text)).toThrow(new JsonRefused(message));
  });

  it('takes colons and braces in strings for text', () => {
    expect(parseJsonObject('{"a":"{:\\":}","b":[{"a":1},{"a":2}]}')).toEqual({
      a: '{:":}',
      b: [{ a: 1 }, { a: 2 }],
    });
  });
});

describe('parseJwt', () => {
  const header = encode('{"alg":"RS256","kid":"first"}');
  const payload = encode('{"sub":"alice"}');

  it('takes a token apart', () => {
    const token = `${header}.${payload}.${encode('signature')}`;
    expect(parseJwt(token)).toEqual({
      algorithm: 'RS256',
      keyId: 'first',
      claims: { sub: 'alice' },
      signed: Buffer.from(`${header}.${payload}`),
      signature: Buffer.from('signature'),
    });
  });

  it.each([
    ['one segment', 'token', 'not three segments'],
    ['two segments', `${header}.${payload}`, 'not three segments'],
    ['five segments, as a JWE has', `${header}.a.b.c.d`, 'not three segments'],
    ['a header that is not JSON', `${encode('{')}.${payload}.AA`, 'the header is refused: not JSON'],
    ['a header without alg', `${encode('{}')}.${payload}.AA`, 'the header has no alg'],
    [
      'a header with crit',
      `${encode('{"alg":"RS256","crit":["exp"]}')}.${payload}.AA`,
      'the header has crit',
    ],
    [
      'a header with crit null',
      `${encode('{"alg":"RS256","crit":null}')}.${payload}.AA`,
      'the header has crit',
    ],
    ['a kid that is no string', `${encode('{"alg":"RS256","kid":1}')}.${payload}.AA`, 'kid is not a string'],
    [
      'two algs',
      `${encode('{"alg":"RS256","alg":"none"}')}.${payload}.AA`,
      'the header is refused: a member is given twice',
    ],
    ['a payload that is text', `${header}.${encode('alice')}.AA`, 'the payload is refused: not JSON'],
    [
      'a payload that is not UTF-8',
      `${header}.${encode(Buffer.from([0x7b, 0xff, 0x7d]))}.AA`,
      'the payload is not UTF-8',
    ],
    ['padding', `${header}.${payload}.AA==`, 'the signature is not base64url'],
    ['plain base64', `${header}.${payload}.+/+/`, 'the signature is not base64url'],
    ['white space', `${header}.${payload} .AA`, 'the payload is not base64url'],
    ['stray bits at the end', `${header}.${payload}.AB`, 'the signature is not base64url'],
    [
      'a letter that Latin-1 would cut down to another',
      `${header}.${payload.replace('e', 'ť')}.AA`,
      'the payload is not base64url',
    ],
    ['a large payload', `${header}.${'A'.repeat(20_500)}.AA`, 'header and payload exceed 20480 characters'],
    ['a large signature', `${header}.${payload}.${'A'.repeat(1_400)}`, 'the signature segment is too long'],
    ['a megabyte of dots', '.'.repeat(1_000_000), 'not three segments'],
  ])('refuses %s', (_name, token, message) => {
    expect(() => parseJwt(token)).toThrow(new TokenRefused({ kind: 'not-a-jwt' }, message));
  });

  it('throws nothing but TokenRefused', () => {
    const segment = fc.oneof(fc.string(), fc.string().map(encode), fc.json().map(encode));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), (segments) => {
        try {
          parseJwt(segments.join('.'));
        } catch (error) {
          expect(error).toBeInstanceOf(TokenRefused);
        }
      }),
    );
  });
});

describe('looksLikeJwt', () => {
  it.each([
    ['eyJhbGciOiJSUzI1NiJ9.e30.AA', true],
    ['EAAGm0PX4ZCpsBAKZCZA', false],
    ['Atza|IQEBLjAsAhRmHjNgHpi0U', false],
    ['eyJhbGciOiJSUzI1NiJ9', false],
    ['eyJhbGciOiJSUzI1NiJ9.a.b.c.d', false],
  ])('%s: %s', (token, expected) => {
    expect(looksLikeJwt(token)).toBe(expected);
  });
});
