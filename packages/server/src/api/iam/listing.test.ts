import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userDocument } from '../../access/testing.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { pageOf, pageThrough } from './listing.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 });
const size = fc.integer({ min: 1, max: 7 });

describe('pageOf', () => {
  it('shows every item once, in order, whatever the size of the pages', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), size, (names, MaxItems) => {
        const shown: string[] = [];
        for (let Marker: string | undefined; ; ) {
          const asked = { MaxItems, ...(Marker !== undefined && { Marker }) };
          const { items, page } = pageOf('List', asked, names, (item) => item);
          expect(items.length).toBeLessThanOrEqual(MaxItems);
          expect(page.IsTruncated).toBe(page.Marker !== undefined);
          shown.push(...items);
          Marker = page.Marker;
          if (Marker === undefined) break;
        }
        expect(shown).toEqual([...names].sort());
      }),
    );
  });

  it('goes on behind an item that was deleted in between', () => {
    const { page } = pageOf('List', { MaxItems: 1 }, ['a', 'b'], (item) => item);
    const { Marker = '' } = page;
    expect(pageOf('List', { Marker }, ['b'], (item) => item).items).toEqual(['b']);
  });

  it.each([
    ['of another operation', Buffer.from('Other a').toString('base64url')],
    ['that is none', 'a marker'],
    ['with something behind it', `${Buffer.from('List a').toString('base64url')}!`],
  ])('refuses a marker %s', (_, Marker) => {
    expect(() => pageOf('List', { Marker }, ['a'], (item) => item)).toThrow('Invalid Marker.');
  });
});

describe('pageThrough', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openSqliteStore({ path: ':memory:' });
    for (let index = 0; index < 1200; index++) {
      const userName = `u${String(index).padStart(4, '0')}`;
      const path = index % 600 === 599 ? '/rare/' : '/';
      await store.collection('users').insert(userName, userDocument({ userName, path }));
    }
  });
  afterAll(() => store.close());

  it('finds what is far apart', async () => {
    const rare = (user: { path: string }) => user.path === '/rare/';
    const first = await pageThrough('ListUsers', { MaxItems: 1 }, store.collection('users'), rare);
    expect(first.items.map(({ userName }) => userName)).toEqual(['u0599']);
    const { Marker = '' } = first.page;
    const second = await pageThrough('ListUsers', { Marker }, store.collection('users'), rare);
    expect(second.items.map(({ userName }) => userName)).toEqual(['u1199']);
    expect(second.page).toEqual({ IsTruncated: false, Marker: undefined });
  });

  it('shows a hundred when nothing is said', async () => {
    const { items, page } = await pageThrough('ListUsers', {}, store.collection('users'), () => true);
    expect(items).toHaveLength(100);
    expect(page.IsTruncated).toBe(true);
  });
});
