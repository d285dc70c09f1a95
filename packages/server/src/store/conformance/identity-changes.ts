import { beforeEach, expect, it } from 'vitest';
import { newIdentityId, newPoolId } from '../../ids.ts';
import type { IdentityChange, Store } from '../store.ts';
import type { OpenStore } from './conformance.ts';
import { insertPool } from './pool.ts';

const region = 'eu-central-1';

/** A pool with two people and a stranger in another pool. */
const pool = newPoolId(region);
const otherPool = newPoolId(region);
const [alice, bob, stranger] = [newIdentityId(region), newIdentityId(region), newIdentityId(region)];
const [fresh, nobody] = [newIdentityId(region), newIdentityId(region)];
const login = (provider: string, subject: string, identityId = alice) => ({ provider, subject, identityId });

/** One valid change of each kind; a test spoils it with one more that is not. */
const valid = {
  poolId: pool,
  at: 2000,
  create: [fresh],
  update: [{ identityId: alice, expectedVersion: 1, enabled: false }],
  addLogins: [login('g', 'fresh', fresh)],
  moveLogins: [{ provider: 'g', subject: 'alice', from: alice, to: bob }],
  removeLogins: [login('f', 'alice')],
} satisfies IdentityChange;

const spoilt: Record<string, Partial<IdentityChange>> = {
  'a new id that is taken': { create: [bob, fresh] },
  'a new id that is taken in another pool': { create: [stranger, fresh] },
  'the same new id twice': { create: [fresh, fresh] },
  'an update of an unknown identity': {
    update: [{ identityId: nobody, expectedVersion: 1, enabled: true }],
  },
  'an update of a version that has moved': {
    update: [{ identityId: bob, expectedVersion: 2, enabled: true }],
  },
  'an update of an identity of another pool': {
    update: [{ identityId: stranger, expectedVersion: 1, enabled: true }],
  },
  'a login that is taken': { addLogins: [...valid.addLogins, login('g', 'bob', fresh)] },
  'a login that its own identity has already': { addLogins: [...valid.addLogins, login('g', 'bob', bob)] },
  'the same login twice': { addLogins: [...valid.addLogins, ...valid.addLogins] },
  'a login for an unknown identity': { addLogins: [login('g', 'x', nobody)] },
  'a login for an identity of another pool': { addLogins: [login('g', 'x', stranger)] },
  'a move of an unknown login': {
    moveLogins: [{ provider: 'g', subject: 'unknown', from: alice, to: bob }],
  },
  'a move of a login that is elsewhere': {
    moveLogins: [{ provider: 'g', subject: 'bob', from: alice, to: fresh }],
  },
  'a move to an unknown identity': {
    moveLogins: [{ provider: 'g', subject: 'alice', from: alice, to: nobody }],
  },
  'a move to an identity of another pool': {
    moveLogins: [{ provider: 'g', subject: 'alice', from: alice, to: stranger }],
  },
  'a removal of an unknown login': { removeLogins: [login('f', 'unknown')] },
  'a removal of a login of another pool': { removeLogins: [login('g', 'stranger', stranger)] },
  'a removal of a login that is elsewhere': { removeLogins: [login('g', 'bob', alice)] },
};

export function identityChangePromises(open: OpenStore): void {
  let store: Store;

  beforeEach(async () => {
    store = await open();
    for (const poolId of [pool, otherPool]) await insertPool(store, poolId);
    const addLogins = [login('g', 'alice'), login('f', 'alice'), login('g', 'bob', bob)];
    await store.applyIdentityChange({ poolId: pool, at: 1000, create: [alice, bob], addLogins });
    await store.applyIdentityChange({
      poolId: otherPool,
      at: 1000,
      create: [stranger],
      addLogins: [login('g', 'stranger', stranger)],
    });
  });

  const everything = async () => [
    await store.findIdentities({ poolId: pool, limit: 100 }),
    await store.findIdentities({ poolId: otherPool, limit: 100 }),
  ];

  it('happens whole: creates, updates, adds, moves and removes', async () => {
    expect(await store.applyIdentityChange(valid)).toBe(true);
    const record = { poolId: pool, enabled: true, createdAt: 1000, modifiedAt: 2000, lastSeenAt: 1000 };
    expect(await store.getIdentityWithLogins(alice)).toEqual({
      ...record,
      identityId: alice,
      enabled: false,
      version: 2,
      logins: [],
    });
    expect(await store.getIdentityWithLogins(bob)).toEqual({
      ...record,
      identityId: bob,
      version: 1,
      logins: [login('g', 'alice', bob), login('g', 'bob', bob)],
    });
    expect(await store.getIdentityWithLogins(fresh)).toEqual({
      ...record,
      identityId: fresh,
      createdAt: 2000,
      lastSeenAt: 2000,
      version: 1,
      logins: [login('g', 'fresh', fresh)],
    });
    expect(await store.findLogin(pool, 'f', 'alice')).toBeUndefined();
  });

  it.each(Object.keys(spoilt))('does not happen at all with %s', async (name) => {
    const before = await everything();
    expect(await store.applyIdentityChange({ ...valid, ...spoilt[name] })).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it('does not happen twice', async () => {
    expect(await store.applyIdentityChange(valid)).toBe(true);
    const before = await everything();
    expect(await store.applyIdentityChange(valid)).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it('can remove a login from one identity and give it to another', async () => {
    const change = {
      removeLogins: [login('g', 'alice', alice)],
      addLogins: [login('g', 'alice', bob)],
    };
    expect(await store.applyIdentityChange({ poolId: pool, at: 2000, ...change })).toBe(true);
    expect((await store.findLogin(pool, 'g', 'alice'))?.identityId).toBe(bob);
  });

  it('can be empty', async () => {
    const before = await everything();
    expect(await store.applyIdentityChange({ poolId: pool, at: 2000 })).toBe(true);
    expect(await everything()).toEqual(before);
  });

  it('fails alone among changes made at the same time', async () => {
    const changes = Array.from({ length: 30 }, (_, n): IdentityChange => {
      const identityId = newIdentityId(region);
      const subject = n % 3 === 0 ? 'alice' : `person ${n}`;
      const addLogins = [login('g', subject, identityId)];
      return { poolId: pool, at: 2000, create: [identityId], addLogins };
    });
    const outcomes = await Promise.all(changes.map((change) => store.applyIdentityChange(change)));
    expect(outcomes).toEqual(changes.map((_, n) => n % 3 !== 0));
    for (const [n, change] of changes.entries()) {
      const identity = await store.getIdentityWithLogins(change.create?.[0] ?? nobody);
      expect(identity?.logins).toEqual(n % 3 === 0 ? undefined : change.addLogins);
    }
  });

  it('lets one of many concurrent updates of a version win', async () => {
    const stores = [store, await open()];
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        stores[n % 2]?.applyIdentityChange({
          poolId: pool,
          at: 2000 + n,
          update: [{ identityId: alice, expectedVersion: 1, enabled: true }],
          addLogins: [login('h', `login ${n}`, alice)],
        }),
      ),
    );
    expect(outcomes.filter((won) => won)).toHaveLength(1);
    const identity = await store.getIdentityWithLogins(alice);
    expect(identity?.version).toBe(2);
    expect(identity?.logins).toContainEqual(login('h', `login ${outcomes.indexOf(true)}`, alice));
    expect(identity?.logins).toHaveLength(3);
  });

  it('leaves no login behind when identities are deleted while they get logins', async () => {
    const other = await open();
    const subjects = Array.from({ length: 20 }, (_, n) => `late ${n}`);
    await Promise.all([
      ...subjects.map((subject) =>
        store.applyIdentityChange({ poolId: pool, at: 2000, addLogins: [login('g', subject, bob)] }),
      ),
      other.deleteIdentities([bob]),
    ]);
    const change = {
      poolId: pool,
      at: 3000,
      addLogins: subjects.map((subject) => login('g', subject, alice)),
    };
    expect(await store.applyIdentityChange(change)).toBe(true);
  });
}
