import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { page } from './pagination.ts';

const pageOf = (keys: readonly string[], size: number, token?: string, operation = 'ListThings') =>
  page(operation, size, token, async (after, limit) =>
    keys
      .filter((key) => after === undefined || key > after)
      .slice(0, limit)
      .map((key) => ({ key, item: key })),
  );

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('page', () => {
  it('goes through a list, each item once, whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string()),
        fc.integer({ min: 1, max: 7 }),
        async (unsorted, size) => {
          const keys = unsorted.toSorted();
          const seen: string[] = [];
          let token: string | undefined;
          do {
            const { items, nextToken } = await pageOf(keys, size, token);
            expect(items.length).toBeLessThanOrEqual(size);
            if (nextToken !== undefined) expect(nextToken).toMatch(/^[\w-]+$/);
            seen.push(...items);
            token = nextToken;
          } while (token !== undefined);
          expect(seen).toEqual(keys);
        },
      ),
    );
  });

  it('has no next page when the last item is on this one', async () => {
    expect(await pageOf(['a', 'b'], 2)).toEqual({ items: ['a', 'b'], nextToken: undefined });
    expect((await pageOf(['a', 'b'], 1)).nextToken).toBeDefined();
  });

  it.each([
    ['no base64', '???'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['JSON of another form', encoded({ 0: 'ListThings', 1: 'a' })],
    ['a key that is no text', encoded(['ListThings', 7])],
    ['a key with a NUL', encoded(['ListThings', 'a\0'])],
    ['a key with half a surrogate pair', encoded(['ListThings', '\ud800'])],
    ['the token of another operation', encoded(['ListOthers', 'a'])],
    ['nothing', ''],
  ])('refuses %s as token', async (_, token) => {
    await expect(pageOf(['a', 'b'], 1, token)).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'Invalid NextToken.',
    });
  });
});
