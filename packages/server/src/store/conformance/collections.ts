import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maxKeyBytes } from '../database.ts';
import type { KeyDocument } from '../documents.ts';
import { collectionNames } from '../migrations.ts';
import type { OpenStore } from './conformance.ts';

const document = (content: Readonly<Record<string, unknown>>): KeyDocument => ({
  wrapped: 'a secret',
  publicJwk: content,
  createdAt: 1,
  usedFrom: 2,
});

/** Texts whose order by UTF-16 units is not their order by bytes, and the wildcards of LIKE. */
const awkwardKeys = [
  '%',
  'B',
  '_',
  'a',
  'ab',
  'a\u{1f600}',
  'a\uffff',
  'ä',
  '\ue000',
  '\u{10ffff}',
  ' ',
  "'",
];

export function collectionPromises(open: OpenStore): void {
  it('has nothing at first, whatever its name', async () => {
    const store = await open();
    for (const name of collectionNames) {
      expect(await store.collection(name).get('key')).toBeUndefined();
      expect(await store.collection(name).list({ limit: 10 })).toEqual([]);
    }
  });

  it('gives back what was inserted, as version 1', async () => {
    const keys = (await open()).collection('keys');
    expect(await keys.insert('a', document({ n: 1 }))).toBe(true);
    expect(await keys.get('a')).toEqual({ value: document({ n: 1 }), version: 1 });
  });

  it('gives back a fresh structure each time', async () => {
    const keys = (await open()).collection('keys');
    const inserted = document({ list: [1] });
    await keys.insert('a', inserted);
    const [one, other] = [await keys.get('a'), await keys.get('a')];
    expect(one?.value).not.toBe(other?.value);
    expect(one?.value.publicJwk).not.toBe(inserted.publicJwk);
  });

  it('keeps collections apart', async () => {
    const store = await open();
    await store.collection('keys').insert('a', document({}));
    expect(await store.collection('revocations').get('a')).toBeUndefined();
  });

  it('does not insert under a key that is taken', async () => {
    const keys = (await open()).collection('keys');
    await keys.insert('a', document({ n: 1 }));
    expect(await keys.insert('a', document({ n: 2 }))).toBe(false);
    expect(await keys.get('a')).toEqual({ value: document({ n: 1 }), version: 1 });
  });

  it('replaces the version that was read, and counts on', async () => {
    const keys = (await open()).collection('keys');
    await keys.insert('a', document({ n: 1 }));
    expect(await keys.replace('a', document({ n: 2 }), 1)).toBe(true);
    expect(await keys.replace('a', document({ n: 3 }), 2)).toBe(true);
    expect(await keys.get('a')).toEqual({ value: document({ n: 3 }), version: 3 });
  });

  it.each([0, 1, 3])('does not replace version 2 when version %i was expected', async (expected) => {
    const keys = (await open()).collection('keys');
    await keys.insert('a', document({ n: 1 }));
    await keys.replace('a', document({ n: 2 }), 1);
    expect(await keys.replace('a', document({ n: 3 }), expected)).toBe(false);
    expect(await keys.get('a')).toEqual({ value: document({ n: 2 }), version: 2 });
  });

  it('does not replace what is gone', async () => {
    const keys = (await open()).collection('keys');
    expect(await keys.replace('a', document({}), 1)).toBe(false);
    expect(await keys.get('a')).toBeUndefined();
  });

  it('deletes once', async () => {
    const keys = (await open()).collection('keys');
    await keys.insert('a', document({}));
    expect(await keys.delete('a')).toBe(true);
    expect(await keys.get('a')).toBeUndefined();
    expect(await keys.delete('a')).toBe(false);
  });

  it('deletes a version only while it is the present one', async () => {
    const keys = (await open()).collection('keys');
    await keys.insert('a', document({}));
    await keys.replace('a', document({}), 1);
    expect(await keys.delete('a', 1)).toBe(false);
    expect(await keys.get('a')).toBeDefined();
    expect(await keys.delete('a', 2)).toBe(true);
  });

  it('lets one of many concurrent replacements of a version win', async () => {
    const stores = [await open(), await open()].map((store) => store.collection('keys'));
    await stores[0]?.insert('a', document({}));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => stores[n % 2]?.replace('a', document({ n }), 1)),
    );
    expect(outcomes.filter((won) => won)).toHaveLength(1);
    expect(await stores[1]?.get('a')).toEqual({ value: document({ n: outcomes.indexOf(true) }), version: 2 });
  });

  it('lists by the bytes of the key, page by page', async () => {
    const keys = (await open()).collection('keys');
    for (const key of awkwardKeys) await keys.insert(key, document({ key }));
    const listed: string[] = [];
    for (let after: string | undefined; ; after = listed.at(-1)) {
      const page = await keys.list(after === undefined ? { limit: 5 } : { after, limit: 5 });
      expect(page.length).toBeLessThanOrEqual(5);
      for (const { key, value, version } of page) {
        expect({ value, version }).toEqual({ value: document({ key }), version: 1 });
        listed.push(key);
      }
      if (page.length === 0) break;
    }
    expect(listed).toEqual(awkwardKeys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('lists what comes after a key that is not there', async () => {
    const keys = (await open()).collection('keys');
    for (const key of ['a', 'c', 'd']) await keys.insert(key, document({}));
    expect((await keys.list({ after: 'b', limit: 10 })).map(({ key }) => key)).toEqual(['c', 'd']);
  });

  it('gives back any JSON deep-equal: any Unicode, numbers, nesting, a key named __proto__', async () => {
    const keys = (await open()).collection('keys');
    const anyObject = fc
      .dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('__proto__')), fc.jsonValue())
      .map((content): Record<string, unknown> => JSON.parse(JSON.stringify(content)));
    let n = 0;
    const roundTrip = fc.asyncProperty(anyObject, async (content) => {
      const key = `key-${++n}`;
      await keys.insert(key, document(content));
      expect(isDeepStrictEqual((await keys.get(key))?.value, document(content))).toBe(true);
    });
    await fc.assert(roundTrip, {
      numRuns: 40,
      examples: [
        [JSON.parse('{ "__proto__": { "polluted": true }, "constructor": null }')],
        [{ nul: 'a\0b', surrogate: '\ud83d', pair: '\u{1f600}', empty: '', big: 1e308, deep: [[[{}]]] }],
        [{ long: 'x'.repeat(100_000) }],
      ],
    });
  });

  it('takes a key of the greatest length and refuses a longer one', async () => {
    const keys = (await open()).collection('keys');
    // Not compressible: a database that compresses long keys must not be what makes it fit.
    const longest = Array.from({ length: maxKeyBytes }, (_, n) => ((n * 7919) % 36).toString(36)).join('');
    expect(await keys.insert(longest, document({}))).toBe(true);
    expect(await keys.get(longest)).toBeDefined();
    await expect(keys.insert(`${longest}x`, document({}))).rejects.toThrow(RangeError);
  });

  it.each(['a\0b', 'a\ud800', '\udc00a'])('refuses a key that cannot be stored as it is: %j', async (key) => {
    const keys = (await open()).collection('keys');
    await expect(keys.insert(key, document({}))).rejects.toThrow(RangeError);
    await expect(keys.get(key)).rejects.toThrow(RangeError);
  });
}
