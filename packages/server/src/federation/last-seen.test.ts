import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityId } from '../ids.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { lastSeen } from './last-seen.ts';
import { poolDocument } from './testing/pool.ts';

const pool = poolDocument();
const { poolId } = pool;
const ids = Array.from({ length: 2500 }, (_, n) => `us-east-1:${n}` as IdentityId);

let store: Store;
let clock: TestClock;
let failures: unknown[];

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  clock = new TestClock();
  failures = [];
  await store.collection('pools').insert(poolId, pool);
  await store.applyIdentityChange({ poolId, at: 0, create: ids });
});

afterEach(() => store.close());

const open = (over: Store) => lastSeen({ store: over, clock, failed: (error) => void failures.push(error) });
const seenAt = async () =>
  new Set((await store.findIdentities({ poolId, limit: 5000 })).map(({ lastSeenAt }) => lastSeenAt));

describe('lastSeen', () => {
  it('writes everybody who was seen when the service ends', async () => {
    const noted = open(store);
    for (const id of [...ids, ...ids]) noted.seen(id);
    expect(await seenAt()).toEqual(new Set([0]));
    await noted.close();
    expect(await seenAt()).toEqual(new Set([clock.now()]));
    expect(failures).toEqual([]);
  });

  it('tells of a write that failed, and ends all the same', async () => {
    const noted = open({ ...store, touchIdentities: () => Promise.reject(new Error('no disk')) });
    noted.seen('us-east-1:0' as IdentityId);
    await noted.close();
    expect(failures).toEqual([new Error('no disk')]);
  });
});
