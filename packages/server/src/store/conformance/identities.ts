import { expect, it } from 'vitest';
import { type IdentityId, newIdentityId, newPoolId, type PoolId } from '../../ids.ts';
import { maxKeyBytes } from '../database.ts';
import type { Store } from '../store.ts';
import type { OpenStore } from './conformance.ts';
import { insertPool } from './pool.ts';

const region = 'us-east-1';
const google = 'accounts.google.com';

/** What a first sign-in does: find the login, or make an identity for it, or find what another just made. */
async function signIn(store: Store, poolId: PoolId, subject: string, at = 1000): Promise<IdentityId> {
  for (;;) {
    const known = await store.findLogin(poolId, google, subject);
    if (known !== undefined) return known.identityId;
    const identityId = newIdentityId(region);
    const addLogins = [{ provider: google, subject, identityId }];
    if (await store.applyIdentityChange({ poolId, at, create: [identityId], addLogins })) return identityId;
  }
}

export function identityPromises(open: OpenStore): void {
  it('finds the identity of a login', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const identityId = await signIn(store, poolId, 'alice', 1234);
    const record = {
      identityId,
      poolId,
      enabled: true,
      createdAt: 1234,
      modifiedAt: 1234,
      lastSeenAt: 1234,
      version: 1,
    };
    expect(await store.findLogin(poolId, google, 'alice')).toStrictEqual({ identityId, enabled: true });
    expect(await store.getIdentity(identityId)).toStrictEqual(record);
    expect(await store.getIdentityWithLogins(identityId)).toStrictEqual({
      ...record,
      logins: [{ provider: google, subject: 'alice', identityId }],
    });
  });

  it('finds a login only in its pool, at its provider, by its exact subject', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    await signIn(store, poolId, 'Alice');
    expect(await store.findLogin(newPoolId(region), google, 'Alice')).toBeUndefined();
    expect(await store.findLogin(poolId, 'graph.facebook.com', 'Alice')).toBeUndefined();
    for (const subject of ['alice', 'ALICE', 'Alice ', 'Alic_', 'Ali%', '']) {
      expect(await store.findLogin(poolId, google, subject)).toBeUndefined();
    }
  });

  it('tells subjects apart that look the same', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const subjects = ['é', 'e\u0301', 'ﬁ', 'fi', 'a', 'a\u200b', 'İ', 'i'];
    const ids = [];
    for (const subject of subjects) ids.push(await signIn(store, poolId, subject));
    expect(new Set(ids).size).toBe(subjects.length);
    for (const [n, subject] of subjects.entries()) {
      expect((await store.findLogin(poolId, google, subject))?.identityId).toBe(ids[n]);
    }
  });

  it('takes no identity of a pool that is not there', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    await store.collection('pools').delete(poolId);
    const identityId = newIdentityId(region);
    const addLogins = [{ provider: google, subject: 'alice', identityId }];
    expect(await store.applyIdentityChange({ poolId, at: 1, create: [identityId], addLogins })).toBe(false);
    expect(await store.getIdentity(identityId)).toBeUndefined();
    expect(await store.findLogin(poolId, google, 'alice')).toBeUndefined();
  });

  it('leaves no identity behind when a pool is deleted while people sign in to it', async () => {
    const [one, two] = [await open(), await open()];
    for (let n = 0; n < 5; n++) {
      const poolId = await insertPool(one);
      const identityId = newIdentityId(region);
      // So many logins that the pool is deleted after the identity was written and before all is done.
      const addLogins = Array.from({ length: 300 }, (_, login) => ({
        provider: google,
        subject: `login ${login}`,
        identityId,
      }));
      const signingIn = two.applyIdentityChange({ poolId, at: 1, create: [identityId], addLogins });
      for (let ping = 0; ping < n; ping++) await one.ping();
      await one.collection('pools').delete(poolId);
      await one.deleteIdentitiesOfPool(poolId);
      await signingIn;
      expect(await one.findIdentities({ poolId, limit: 10 })).toEqual([]);
    }
  });

  it('has no identity of an unknown id', async () => {
    const store = await open();
    expect(await store.getIdentity(newIdentityId(region))).toBeUndefined();
    expect(await store.getIdentityWithLogins(newIdentityId(region))).toBeUndefined();
  });

  it('gives the logins of an identity by provider, then subject', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const identityId = newIdentityId(region);
    const logins = [
      { provider: 'a.test', subject: '2', identityId },
      { provider: 'a.test', subject: 'B', identityId },
      { provider: 'a.test', subject: 'a', identityId },
      { provider: 'b.test', subject: '1', identityId },
    ];
    const addLogins = logins.toReversed();
    expect(await store.applyIdentityChange({ poolId, at: 1, create: [identityId], addLogins })).toBe(true);
    expect((await store.getIdentityWithLogins(identityId))?.logins).toStrictEqual(logins);
  });

  it('makes one identity of 64 simultaneous first sign-ins through two stores', async () => {
    const stores = [await open(), await open()];
    const poolId = await insertPool(stores[0] as Store);
    const ids = await Promise.all(
      Array.from({ length: 64 }, (_, n) => signIn(stores[n % 2] as Store, poolId, 'alice')),
    );
    expect(new Set(ids).size).toBe(1);
    for (const store of stores) {
      expect(await store.findIdentities({ poolId, limit: 10 })).toHaveLength(1);
    }
  });

  it('keeps everything when it is closed and opened again', async () => {
    const before = await open();
    const poolId = await insertPool(before);
    const identityId = await signIn(before, poolId, 'alice');
    const revocation = { target: { kind: 'pool', poolId }, notBefore: 7 } as const;
    await before.collection('revocations').insert('r', revocation);
    await before.appendAudit([{ id: '1', at: 1, requestId: 'q', event: {} }]);
    await before.close();

    const after = await open();
    expect((await after.findLogin(poolId, google, 'alice'))?.identityId).toBe(identityId);
    expect(await after.collection('revocations').get('r')).toEqual({ value: revocation, version: 1 });
    expect(await after.listAudit({ limit: 10 })).toHaveLength(1);
  });

  it('deletes identities with their logins and says which ones existed', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const alice = await signIn(store, poolId, 'alice');
    const bob = await signIn(store, poolId, 'bob');
    const carol = await signIn(store, poolId, 'carol');
    const deleted = await store.deleteIdentities([alice, newIdentityId(region), bob]);
    expect(new Set(deleted)).toEqual(new Set([alice, bob]));
    expect(await store.getIdentity(alice)).toBeUndefined();
    expect(await store.findLogin(poolId, google, 'bob')).toBeUndefined();
    expect(await store.getIdentity(carol)).toBeDefined();
    expect(await store.deleteIdentities([alice])).toEqual([]);
    expect(await store.deleteIdentities([])).toEqual([]);
  });

  it('gives a login that was deleted to a new identity', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const before = await signIn(store, poolId, 'alice');
    await store.deleteIdentities([before]);
    expect(await signIn(store, poolId, 'alice')).not.toBe(before);
  });

  it('deletes guests that were neither seen nor changed since a time, and nobody who signed in', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const guest = async (at: number) => {
      const identityId = newIdentityId(region);
      await store.applyIdentityChange({ poolId, at, create: [identityId] });
      return identityId;
    };
    const [old, seen, linked, fresh] = [
      await guest(1000),
      await guest(1000),
      await guest(1000),
      await guest(2000),
    ];
    const user = await signIn(store, poolId, 'alice', 1000);
    await store.touchIdentities([seen], 2000);
    const addLogins = [{ provider: google, subject: 'bob', identityId: linked }];
    await store.applyIdentityChange({ poolId, at: 1000, addLogins });
    const all = [old, seen, linked, fresh, user, newIdentityId(region)];
    expect(await store.deleteIdleGuests(all, 2000)).toEqual([old]);
    expect(await store.getIdentity(old)).toBeUndefined();
    for (const kept of [seen, linked, fresh, user]) expect(await store.getIdentity(kept)).toBeDefined();
  });

  it('gives a guest to a sign-in at the same time, or to the deletion, and never half to each', async () => {
    const [one, two] = [await open(), await open()];
    const poolId = await insertPool(one);
    for (let n = 0; n < 20; n++) {
      const identityId = newIdentityId(region);
      await one.applyIdentityChange({ poolId, at: 1000, create: [identityId] });
      const addLogins = [{ provider: google, subject: `user-${n}`, identityId }];
      const [deleted, linked] = await Promise.all([
        one.deleteIdleGuests([identityId], 2000),
        two.applyIdentityChange({ poolId, at: 3000, addLogins }),
      ]);
      expect(deleted.length === 0).toBe(linked);
      expect((await one.getIdentity(identityId)) !== undefined).toBe(linked);
      expect((await one.findLogin(poolId, google, `user-${n}`)) !== undefined).toBe(linked);
    }
  });

  it('deletes all identities of one pool, more than one batch of them, and of no other', async () => {
    const store = await open();
    const [poolId, other] = [await insertPool(store), await insertPool(store)];
    const create = Array.from({ length: 1100 }, () => newIdentityId(region));
    await store.applyIdentityChange({ poolId, at: 1, create });
    const alice = await signIn(store, poolId, 'alice');
    const bob = await signIn(store, other, 'bob');
    await store.deleteIdentitiesOfPool(poolId);
    expect(await store.findIdentities({ poolId, limit: 10 })).toEqual([]);
    expect(await store.getIdentity(alice)).toBeUndefined();
    expect(await store.findLogin(poolId, google, 'alice')).toBeUndefined();
    expect((await store.findLogin(other, google, 'bob'))?.identityId).toBe(bob);
  });

  it('moves lastSeenAt forward, never back, and passes over unknown ids', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const alice = await signIn(store, poolId, 'alice', 1000);
    const bob = await signIn(store, poolId, 'bob', 3000);
    await store.touchIdentities([alice, newIdentityId(region), bob], 2000);
    expect(await store.getIdentity(alice)).toMatchObject({ lastSeenAt: 2000, modifiedAt: 1000, version: 1 });
    expect(await store.getIdentity(bob)).toMatchObject({ lastSeenAt: 3000 });
    await store.touchIdentities([alice], 1500);
    expect(await store.getIdentity(alice)).toMatchObject({ lastSeenAt: 2000 });
    await store.touchIdentities([], 9000);
  });

  it('takes a login of the greatest length and refuses a longer one', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const room = maxKeyBytes - poolId.length - google.length;
    // Three bytes a character, in no order that could be compressed.
    const subject = Array.from({ length: Math.floor(room / 3) }, (_, n) =>
      String.fromCharCode(0x4e00 + ((n * 7919) % 20_000)),
    ).join('');
    const identityId = await signIn(store, poolId, subject);
    expect((await store.findLogin(poolId, google, subject))?.identityId).toBe(identityId);
    await expect(signIn(store, poolId, `${subject}xyz`)).rejects.toThrow(RangeError);
  });

  it.each(['a\0b', 'a\ud800', 'a\udfff'])('takes no subject for another: %j is refused', async (subject) => {
    const store = await open();
    await expect(signIn(store, newPoolId(region), subject)).rejects.toThrow(RangeError);
  });

  it('answers a ping until it is closed, and then nothing', async () => {
    const store = await open();
    await store.ping();
    await store.close();
    await store.close();
    await expect(store.ping()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(signIn(store, newPoolId(region), 'alice')).rejects.toMatchObject({
      name: 'StoreUnavailable',
    });
    await expect(store.deleteIdentities([newIdentityId(region)])).rejects.toMatchObject({
      name: 'StoreUnavailable',
    });
  });
}
