import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { type MasterKey, openMasterKey } from './master.ts';
import { openSealingKeys, type SealingKeys } from './sealing.ts';
import { openTokenSigningKeys, type TokenSigningKeys } from './signing.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe('rotation', () => {
  let store: Store;
  let master: MasterKey;
  let now: number;
  const clock = { now: () => now };

  beforeEach(async () => {
    now = 1_700_000_000_000;
    store = await openSqliteStore({ path: ':memory:' });
    master = await openMasterKey({});
  });
  afterEach(() => store.close());

  describe('of sealing keys', () => {
    const open = () => openSealingKeys({ store, master, clock });
    let here: SealingKeys;
    let there: SealingKeys;

    beforeEach(async () => {
      [here, there] = [await open(), await open()];
    });

    it('takes over on every node at the same moment, seconds after all have heard of the new key', async () => {
      const { keyId, usedFrom } = await here.rotate();
      expect([keyId, usedFrom - now]).toEqual(['k2', 5000]);
      await there.refresh();
      now = usedFrom - 1;
      expect([here.current().id, there.current().id]).toEqual(['k1', 'k1']);
      now = usedFrom;
      expect([here.current().id, there.current().id]).toEqual(['k2', 'k2']);
    });

    it('leaves the old key open until the longest session it sealed has ended', async () => {
      const { usedFrom, previousUntil } = await here.rotate();
      expect(previousUntil - usedFrom).toBeGreaterThan(12 * hour);
      await there.refresh();
      now = previousUntil - 1;
      expect((await there.find('k1'))?.id).toBe('k1');
      now = previousUntil;
      expect(await there.find('k1')).toBeUndefined();
      expect(await here.find('k1')).toBeUndefined();
      expect(here.current().id).toBe('k2');
    });

    it('is in effect at once, the old key’s end too, when it has to be', async () => {
      await here.rotate({ immediately: true });
      expect(here.current().id).toBe('k2');
      expect(await here.find('k1')).toBeUndefined();
      // What the new key sealed is opened by a node that has not yet heard of it.
      expect((await there.find('k2'))?.id).toBe('k2');
      await there.refresh();
      expect(there.current().id).toBe('k2');
      expect(await there.find('k1')).toBeUndefined();
    });

    it('makes one key when two nodes rotate at once', async () => {
      const rotations = await Promise.all([here.rotate(), there.rotate()]);
      expect(rotations.map(({ keyId }) => keyId)).toEqual(['k2', 'k2']);
      expect(await here.find('k3')).toBeUndefined();
    });

    it('makes no further key while one is waiting, unless at once', async () => {
      await here.rotate();
      expect((await there.rotate()).keyId).toBe('k2');
      expect((await there.rotate({ immediately: true })).keyId).toBe('k3');
      expect(there.current().id).toBe('k3');
      expect(await there.find('k2')).toBeUndefined();
    });

    it('counts past nine', async () => {
      for (let n = 2; n <= 11; n++) expect((await here.rotate({ immediately: true })).keyId).toBe(`k${n}`);
      expect(here.current().id).toBe('k11');
      expect((await open()).current().id).toBe('k11');
    });

    it('comes by itself when a key has been used long enough, and not before', async () => {
      now += 90 * day - 5001;
      expect(await here.rotateWhenDue(90 * day)).toBeUndefined();
      now += 1;
      expect((await here.rotateWhenDue(90 * day))?.keyId).toBe('k2');
      expect(await there.rotateWhenDue(90 * day)).toBeUndefined();
      now += 89 * day;
      expect(await here.rotateWhenDue(90 * day)).toBeUndefined();
    });

    it('deletes keys that nobody has needed for a week', async () => {
      await here.rotate();
      now += 30 * day;
      await here.rotate();
      expect(await store.collection('keys').get('seal/k1')).toBeUndefined();
      expect(await store.collection('keys').get('seal/k2')).toBeDefined();
    });

    it('does not leave a node without a key when its clock jumps back', async () => {
      const { usedFrom } = await here.rotate();
      now = usedFrom;
      expect(here.current().id).toBe('k2');
      now -= hour;
      expect(here.current().id).toBe('k1');
    });
  });

  describe('of signing keys', () => {
    const open = () => openTokenSigningKeys({ store, master, clock, region: 'us-east-1' });
    const kids = async (keys: TokenSigningKeys) => (await keys.published()).map(({ kid }) => kid);

    it('publishes a key for hours before it signs, and until the last token of the old one has ended', async () => {
      const [here, there] = [open(), open()];
      await here.current();
      const { usedFrom, previousUntil } = await here.rotate();
      expect(usedFrom - now).toBeGreaterThan(hour);
      expect(previousUntil - usedFrom).toBeGreaterThan(day);
      const [old, next] = [
        ['us-east-11', 'us-east-11-rs256'],
        ['us-east-12', 'us-east-12-rs256'],
      ];
      expect(await kids(there)).toEqual([...old, ...next]);
      expect((await there.current()).kid).toBe('us-east-11');
      now = usedFrom;
      expect((await there.current()).kid).toBe('us-east-12');
      expect(await kids(there)).toEqual([...next, ...old]);
      expect(await there.find('us-east-11')).toBeDefined();
      now = previousUntil;
      expect(await kids(there)).toEqual(next);
      expect(await there.find('us-east-11')).toBeUndefined();
    });

    it('makes no key before one is needed', async () => {
      expect(await open().rotateWhenDue(90 * day)).toBeUndefined();
      expect(await store.collection('keys').list({ limit: 10 })).toEqual([]);
    });
  });
});
