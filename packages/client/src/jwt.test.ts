import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { claimsOf } from './jwt.ts';

const tokenOf = (payload: unknown) =>
  `head.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.tail`;

describe('claimsOf', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('reads any claims, also where there is no TextDecoder (React Native)', () => {
    vi.stubGlobal('TextDecoder', undefined);
    const claims = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(claims, (expected) => {
        expect(claimsOf(tokenOf(expected))).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });

  it.each(['', 'token', 'a.b.c', '..', 'a.%.c', tokenOf(null), `a.${btoa('{"sub":')}.c`])(
    'finds none in %j',
    (token) => {
      expect(claimsOf(token)).toEqual({});
    },
  );
});
