import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verificationKey } from '../packages/server/src/tokens/jwk.ts';
import { findKey } from '../packages/server/src/tokens/jwks.ts';
import { parseJwt } from '../packages/server/src/tokens/jwt.ts';

interface Vectors {
  readonly testGroups: readonly {
    readonly comment: string;
    readonly public: Readonly<Record<string, unknown>>;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly jws: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

const { testGroups }: Vectors = JSON.parse(
  readFileSync(new URL('vectors/wycheproof-jws.json', import.meta.url), 'utf8'),
);
const vectors = testGroups.flatMap(({ comment: group, public: jwk, tests }) =>
  tests.map((test) => ({ ...test, group, jwk })),
);

/** What the key makes of a JWS: these sign `foo`, so there is nothing to ask but the key. */
function isValid(jwk: unknown, jws: string): boolean {
  const [header = '', payload = '', signature = '', ...more] = jws.split('.');
  if (header === '' || more.length > 0) return false;
  const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString() || '{}');
  const key = verificationKey(jwk);
  const check = key && findKey({ keys: [key] }, kid, alg)?.checks.get(alg);
  return check?.(Buffer.from(`${header}.${payload}`), Buffer.from(signature, 'base64url')) === true;
}

describe('Wycheproof’s test vectors of JSON Web Signature', () => {
  it('are those that the notice names', () => {
    expect(vectors.map(({ tcId }) => tcId)).toHaveLength(43);
  });

  it.each(vectors)('$tcId, $group: $comment', ({ jwk, jws, result }) => {
    const verdict = () => {
      try {
        return isValid(jwk, jws) ? 'valid' : 'invalid';
      } catch (error) {
        // A header that is no JSON.
        if (error instanceof SyntaxError) return 'invalid';
        throw error;
      }
    };
    expect(verdict()).toBe(result);
    // However it is signed: `foo` is no JSON object, so it claims nothing.
    expect(() => parseJwt(jws)).toThrow();
  });
});
