import { describe, expect, it } from 'vitest';
import type { PrincipalTagMap } from '../store/documents.ts';
import { fitIntoSession, mergedTags, principalTags } from './principal-tags.ts';
import { loginOf } from './testing/login.ts';
import { poolDocument } from './testing/pool.ts';

const map = (tags: Record<string, string>): PrincipalTagMap => ({ useDefaults: false, tags });
const tagsOf = (claims: Record<string, unknown>, tags: Record<string, string>) =>
  principalTags(poolDocument({ principalTags: { 'login.example.test': map(tags) } }), [loginOf({ claims })]);

describe('principalTags', () => {
  it('gives none where the pool maps none', () => {
    expect(principalTags(poolDocument(), [loginOf({ claims: { team: 'red' } })])).toEqual({});
  });

  it('gives the client and the user by default', () => {
    const pool = poolDocument({
      principalTags: { 'login.example.test': { useDefaults: true, tags: { a: 'b' } } },
    });
    expect(principalTags(pool, [loginOf()])).toEqual({ client: 'game', username: 'ada' });
  });

  it('finds the map under the login key and under the provider’s ARN', () => {
    const login = loginOf({ claims: { team: 'red' } });
    for (const name of [login.provider, login.roleMappingKey]) {
      const pool = poolDocument({ principalTags: { [name]: map({ squad: 'team' }) } });
      expect(principalTags(pool, [login])).toEqual({ squad: 'red' });
    }
  });

  it.each<{ name: string; claims: Record<string, unknown>; expected: Record<string, string> }>([
    { name: 'a text', claims: { team: 'red' }, expected: { squad: 'red' } },
    { name: 'a number', claims: { team: 7 }, expected: { squad: '7' } },
    { name: 'a boolean', claims: { team: false }, expected: { squad: 'false' } },
    { name: 'no claim', claims: {}, expected: {} },
    { name: 'an empty text', claims: { team: '' }, expected: {} },
    { name: 'a list', claims: { team: ['red'] }, expected: {} },
    { name: 'an object', claims: { team: { name: 'red' } }, expected: {} },
    { name: 'null', claims: { team: null }, expected: {} },
    {
      name: 'a text of 256 characters',
      claims: { team: 'r'.repeat(256) },
      expected: { squad: 'r'.repeat(256) },
    },
    { name: 'a longer text', claims: { team: 'r'.repeat(257) }, expected: {} },
  ])('makes of $name: $expected', ({ claims, expected }) => {
    expect(tagsOf(claims, { squad: 'team' })).toEqual(expected);
  });

  it('knows no claims but those of the token', () => {
    expect(tagsOf({}, { squad: 'constructor' })).toEqual({});
  });

  it('takes the tags of the first of two logins, in whatever case the other spells them', () => {
    const pool = poolDocument({
      principalTags: {
        'login.example.test': map({ Squad: 'team' }),
        'other.example.test': map({ squad: 'team', rank: 'rank' }),
      },
    });
    const first = loginOf({ claims: { team: 'red' } });
    const second = loginOf({ provider: 'other.example.test', claims: { team: 'blue', rank: 'major' } });
    expect(principalTags(pool, [first, second])).toEqual({ Squad: 'red', rank: 'major' });
    expect(principalTags(pool, [second, first])).toEqual({ squad: 'blue', rank: 'major' });
  });
});

describe('mergedTags', () => {
  it('keeps a tag that is called like a member of every object', () => {
    const tags = mergedTags([Object.fromEntries([['__proto__', 'x']]), { toString: 'y' }]);
    expect(Object.entries(tags)).toEqual([
      ['__proto__', 'x'],
      ['toString', 'y'],
    ]);
  });
});

describe('fitIntoSession', () => {
  const tags = (count: number, length: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${10 + n}`, 'v'.repeat(length)]));

  it.each([
    { name: 'none', tags: {}, fits: true },
    { name: '50', tags: tags(50, 1), fits: true },
    { name: '51', tags: tags(51, 1), fits: false },
    { name: '4,096 bytes', tags: tags(16, 253), fits: true },
    { name: '4,112 bytes', tags: tags(16, 254), fits: false },
    { name: '1,366 characters of three bytes', tags: { k: '€'.repeat(1366) }, fits: false },
  ])('$name: $fits', ({ tags: given, fits }) => {
    expect(fitIntoSession(given)).toBe(fits);
  });
});
