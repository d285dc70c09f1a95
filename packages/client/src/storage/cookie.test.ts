import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookieStorage } from './cookie.ts';

/** A browser's jar, as far as this storage needs one. */
function jar() {
  const cookies = new Map<string, string>([['theme', 'dark']]);
  return {
    cookies,
    read: () => Array.from(cookies, (pair) => pair.join('=')).join('; '),
    write(line: string) {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=');
      if (attributes.includes('Max-Age=0')) cookies.delete(name);
      else cookies.set(name, value);
    },
  };
}

describe('cookieStorage', () => {
  it('gives back any text under any key, and leaves other cookies alone', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.string({ minLength: 5000, maxLength: 9000 }),
    );
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.array(text, { minLength: 1, maxLength: 3 }),
        (key, texts) => {
          const cookies = jar();
          const storage = cookieStorage(cookies);
          for (const each of texts) {
            storage.setItem(key, each);
            expect(storage.getItem(key)).toBe(each);
          }
          storage.removeItem(key);
          expect(storage.getItem(key)).toBeUndefined();
          expect([...cookies.cookies]).toEqual([['theme', 'dark']]);
        },
      ),
      { numRuns: 50 },
    );
  });
});
