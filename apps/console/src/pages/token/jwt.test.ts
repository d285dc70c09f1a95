import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loginKeyOf, readClaims } from './jwt.ts';

const token = (payload: string): string => `e30.${Buffer.from(payload).toString('base64url')}.c2ln`;

describe('a pasted token', () => {
  it('is read with every character it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(readClaims(token(JSON.stringify({ name })))).toEqual({ name });
      }),
    );
  });

  it.each([
    ['https://accounts.google.com', 'accounts.google.com'],
    ['https://login.example.test/tenant/', 'login.example.test/tenant'],
    ['accounts.google.com', 'accounts.google.com'],
  ])('of %s goes under the login key %s', (iss, key) => {
    expect(loginKeyOf(token(JSON.stringify({ iss })))).toBe(key);
  });

  it.each(['', 'EAAB-an-access-token', 'a.b.c', token('[]'), token('null'), token('{'), token('{"iss":1}')])(
    'that names no issuer goes under none: %j',
    (text) => {
      expect(loginKeyOf(text)).toBeUndefined();
    },
  );
});
