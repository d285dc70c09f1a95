import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cached, cachedCollection } from './cached-collection.ts';
import type { RevocationDocument } from './documents.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Collection, Store } from './store.ts';

const target = { kind: 'role', roleArn: 'arn:aws:iam::000000000000:role/Player' } as const;
const document = (notBefore: number): RevocationDocument => ({ target, notBefore });

describe('a cached collection', () => {
  let store: Store;
  let collection: Collection<RevocationDocument>;
  let now: number;
  let prepared: number[];
  let reads: number;
  let cached: Cached<number>;

  beforeEach(async () => {
    store = await openSqliteStore({ path: ':memory:' });
    collection = store.collection('revocations');
    now = 1_000_000;
    prepared = [];
    reads = 0;
    const counted: Collection<RevocationDocument> = {
      ...collection,
      get(key) {
        reads++;
        return collection.get(key);
      },
    };
    cached = cachedCollection({
      collection: counted,
      clock: { now: () => now },
      prepare: ({ notBefore }) => {
        prepared.push(notBefore);
        return notBefore;
      },
      capacity: 2,
    });
  });

  afterEach(() => store.close());

  it('reads a document once a second at most, and prepares it once', async () => {
    await collection.insert('a', document(1));
    for (let i = 0; i < 5; i++) expect(await cached.get('a')).toBe(1);
    expect(reads).toBe(1);
    now += 1000;
    expect(await cached.get('a')).toBe(1);
    expect(reads).toBe(2);
    expect(prepared).toEqual([1]);
  });

  it('shows a change made elsewhere after a second', async () => {
    await collection.insert('a', document(1));
    await cached.get('a');
    await collection.replace('a', document(2), 1);
    expect(await cached.get('a')).toBe(1);
    now += 1000;
    expect(await cached.get('a')).toBe(2);
  });

  it('shows a document that was deleted and made anew, though its version is 1 again', async () => {
    await collection.insert('a', document(1));
    await cached.get('a');
    await collection.delete('a');
    await collection.insert('a', document(2));
    now += 1000;
    expect(await cached.get('a')).toBe(2);
  });

  it('shows a change made here at once, when it is forgotten', async () => {
    await collection.insert('a', document(1));
    await cached.get('a');
    await collection.delete('a');
    cached.forget('a');
    expect(await cached.get('a')).toBeUndefined();
  });

  it('does not bring an old value back with a read that began before the change', async () => {
    await collection.insert('a', document(1));
    const early = cached.get('a');
    cached.forget('a');
    await collection.replace('a', document(2), 1);
    await early;
    expect(await cached.get('a')).toBe(2);
  });

  it('remembers too that there is no such document', async () => {
    expect(await cached.get('a')).toBeUndefined();
    expect(await cached.get('a')).toBeUndefined();
    expect(reads).toBe(1);
  });

  it('shares one read among all who ask at once', async () => {
    await collection.insert('a', document(1));
    await Promise.all(Array.from({ length: 100 }, () => cached.get('a')));
    expect(reads).toBe(1);
  });

  it('keeps no more than its capacity', async () => {
    for (const key of ['a', 'b', 'c']) await cached.get(key);
    await cached.get('a');
    expect(reads).toBe(4);
  });

  it('goes on for a minute when the store is gone, and not longer', async () => {
    await collection.insert('a', document(1));
    await cached.get('a');
    await store.close();
    now += 59_000;
    expect(await cached.get('a')).toBe(1);
    now += 2000;
    await expect(cached.get('a')).rejects.toThrow();
    store = await openSqliteStore({ path: ':memory:' });
  });

  it('reads again when the clock was set back', async () => {
    await collection.insert('a', document(1));
    await cached.get('a');
    now -= 3_600_000;
    await cached.get('a');
    expect(reads).toBe(2);
  });
});
