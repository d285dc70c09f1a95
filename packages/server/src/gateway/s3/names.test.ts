import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { S3Error } from './errors.ts';
import { encodedPath, targetOf } from './names.ts';

describe('targetOf', () => {
  it.each([
    ['/', undefined, { bucket: undefined, key: undefined }],
    ['/saves', undefined, { bucket: 'saves', key: undefined }],
    ['/saves/', undefined, { bucket: 'saves', key: undefined }],
    ['/saves/a%20b/c+d/', undefined, { bucket: 'saves', key: 'a b/c+d/' }],
    ['/a/b', 'saves', { bucket: 'saves', key: 'a/b' }],
    ['/', 'saves', { bucket: 'saves', key: undefined }],
  ])('reads %s with host bucket %s', (path, host, target) => {
    expect(targetOf(path, host)).toEqual(target);
  });

  it('reads back every key it lets through, from the one spelling it is sent on in', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 });
    const segments = fc.array(fc.oneof(text, fc.constantFrom('..', '.', '', 'a', '%2e', '\\')), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(segments, (parts) => {
        const key = parts.join('/');
        let target: ReturnType<typeof targetOf>;
        try {
          target = targetOf(`/saves/${encodeURIComponent(key)}`, undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(S3Error);
          return;
        }
        expect(target.key ?? '').toBe(key);
        const path = encodedPath(target);
        expect(targetOf(path, undefined)).toEqual(target);
        // Path normalisation, as proxies and file systems do it, must not change what was authorised.
        expect(new URL(`http://store${path}`).pathname).toBe(path);
        expect(path).not.toMatch(/\/\/|\/\.{1,2}(\/|$)|\\/);
      }),
    );
  });
});
