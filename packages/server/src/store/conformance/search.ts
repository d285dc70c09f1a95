import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newIdentityId, type PoolId } from '../../ids.ts';
import type { IdentityQuery, IdentityWithLogins, LoginRecord, Store } from '../store.ts';
import type { OpenStore } from './conformance.ts';
import { insertPool } from './pool.ts';

const region = 'us-east-1';

/** Few letters, so that prefixes meet; among them LIKE's wildcards and the ends of Unicode's ranges. */
const letter = fc.constantFrom(
  'a',
  'A',
  'b',
  '%',
  '_',
  '\\',
  'é',
  '\ud7ff',
  '\uffff',
  '\u{1f600}',
  '\u{10ffff}',
);
const text = fc.string({ unit: letter, maxLength: 4 });
const provider = fc.constantFrom('accounts.google.com', 'graph.facebook.com', 'login.test/%');
const time = fc.integer({ min: 0, max: 6 });
const range = fc.record({ from: time, to: time }, { requiredKeys: [] });

interface Person {
  readonly logins: readonly { provider: string; subject: string }[];
  readonly createdAt: number;
  readonly seenAt: number;
  readonly enabled: boolean;
}

const people = fc.array(
  fc.record({
    logins: fc.uniqueArray(fc.record({ provider, subject: text }), {
      maxLength: 3,
      selector: ({ provider, subject }) => `${provider} ${subject}`,
    }),
    createdAt: time,
    seenAt: time,
    enabled: fc.boolean(),
  }),
  { maxLength: 12 },
);

const conditions = fc.record(
  {
    provider,
    subject: text,
    subjectPrefix: text,
    enabled: fc.boolean(),
    created: range,
    lastSeen: range,
    /** The prefix is so much of the id of that person. */
    idPrefix: fc.record({ person: fc.nat(11), length: fc.integer({ min: 0, max: 14 }) }),
  },
  { requiredKeys: [] },
);

export function searchPromises(open: OpenStore): void {
  it('finds what a plain filter over all identities finds, page by page', async () => {
    const store = await open();
    const property = fc.asyncProperty(
      people,
      fc.array(conditions, { minLength: 6, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      async (persons, searches, limit) => {
        const poolId = await insertPool(store);
        const all = await populate(store, poolId, persons);
        for (const { idPrefix, ...rest } of searches) {
          const prefixed = all[idPrefix?.person ?? 0]?.identityId ?? '';
          const identityIdPrefix = prefixed.slice(0, (idPrefix?.length ?? -10) + 10);
          const query = { poolId, ...rest, ...(idPrefix && { identityIdPrefix }) };
          expect(await pages(store, { ...query, limit })).toEqual(all.filter(matches(query)));
        }
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  it('looks only into its own pool', async () => {
    const store = await open();
    const [poolId, other] = [await insertPool(store), await insertPool(store)];
    const person = { logins: [{ provider: 'p', subject: 's' }], createdAt: 1, seenAt: 1, enabled: true };
    const mine = await populate(store, poolId, [person]);
    await populate(store, other, [person]);
    for (const query of [
      {},
      { provider: 'p' },
      { subject: 's' },
      { subjectPrefix: 's' },
      { enabled: true },
    ]) {
      expect(await store.findIdentities({ poolId, ...query, limit: 10 })).toEqual(mine);
    }
  });

  it.each(['%', '_', 'a%', 'a_', '\\', 'a\\'])('takes the prefix %s literally', async (subjectPrefix) => {
    const store = await open();
    const poolId = await insertPool(store);
    const subjects = ['%', '%b', '_', '_b', 'a', 'ab', 'abc', 'a%', 'a%b', 'a_b', 'a\\b', '\\', 'A%'];
    await populate(
      store,
      poolId,
      subjects.map((subject) => ({
        logins: [{ provider: 'p', subject }],
        createdAt: 1,
        seenAt: 1,
        enabled: true,
      })),
    );
    const found = await store.findIdentities({ poolId, subjectPrefix, limit: 100 });
    expect(new Set(found.flatMap(({ logins }) => logins.map(({ subject }) => subject)))).toEqual(
      new Set(subjects.filter((subject) => subject.startsWith(subjectPrefix))),
    );
  });

  it('gives all logins of an identity found by one of them', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const logins = [
      { provider: 'p', subject: '1' },
      { provider: 'q', subject: '2' },
    ];
    await populate(store, poolId, [{ logins, createdAt: 1, seenAt: 1, enabled: true }]);
    for (const query of [{ provider: 'q' }, { subject: '2' }, { subjectPrefix: '2' }]) {
      expect((await store.findIdentities({ poolId, ...query, limit: 1 }))[0]?.logins).toHaveLength(2);
    }
  });

  it('asks one login for provider and subject, not two', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const logins = [
      { provider: 'p', subject: '1' },
      { provider: 'q', subject: '2' },
    ];
    await populate(store, poolId, [{ logins, createdAt: 1, seenAt: 1, enabled: true }]);
    for (const query of [{ subject: '2' }, { subjectPrefix: '2' }]) {
      expect(await store.findIdentities({ poolId, provider: 'p', ...query, limit: 1 })).toEqual([]);
    }
  });

  it('finds the rare ones among more identities than one statement looks at', async () => {
    const store = await open();
    const poolId = await insertPool(store);
    const create = Array.from({ length: 10_500 }, () => newIdentityId(region)).toSorted();
    const addLogins = create.map((identityId, n) => ({ provider: 'p', subject: `user ${n}`, identityId }));
    await store.applyIdentityChange({ poolId, at: 1000, create, addLogins });
    const rare = [create[5], create[10_400]].filter((identityId) => identityId !== undefined);
    await store.applyIdentityChange({
      poolId,
      at: 2000,
      addLogins: rare.map((identityId) => ({ provider: 'rare', subject: `user ${identityId}`, identityId })),
      update: rare.map((identityId) => ({ identityId, expectedVersion: 1, enabled: false })),
    });
    const rareOnes: readonly Partial<IdentityQuery>[] = [
      { enabled: false },
      { provider: 'rare' },
      { provider: 'rare', subjectPrefix: 'user ' },
      { subjectPrefix: `user ${region}` },
    ];
    for (const query of rareOnes) {
      for (const limit of [1, 10]) {
        const found = await pages(store, { poolId, ...query, limit });
        expect(found.map(({ identityId }) => identityId)).toEqual(rare);
      }
    }
    expect((await pages(store, { poolId, subjectPrefix: 'user', limit: 6000 })).length).toBe(10_500);
  });
}

/** Reads page after page until one is not full. */
async function pages(store: Store, query: IdentityQuery): Promise<readonly IdentityWithLogins[]> {
  const found: IdentityWithLogins[] = [];
  for (;;) {
    const after = found.at(-1)?.identityId;
    const page = await store.findIdentities(after === undefined ? query : { ...query, after });
    found.push(...page);
    if (page.length < query.limit) return found;
  }
}

/** Puts people into a pool and returns them as they should be found: by identity id. */
async function populate(
  store: Store,
  poolId: PoolId,
  persons: readonly Person[],
): Promise<readonly IdentityWithLogins[]> {
  const expected: IdentityWithLogins[] = [];
  const taken = new Set<string>();
  for (const { logins, createdAt, seenAt, enabled } of persons) {
    const identityId = newIdentityId(region);
    const free = logins.filter(({ provider, subject }) => !taken.has(`${provider} ${subject}`));
    for (const { provider, subject } of free) taken.add(`${provider} ${subject}`);
    const addLogins = free.map((login): LoginRecord => ({ ...login, identityId }));
    await store.applyIdentityChange({ poolId, at: createdAt, create: [identityId], addLogins });
    await store.touchIdentities([identityId], seenAt);
    if (!enabled) {
      const update = [{ identityId, expectedVersion: 1, enabled }];
      await store.applyIdentityChange({ poolId, at: createdAt, update });
    }
    expected.push({
      identityId,
      poolId,
      enabled,
      createdAt,
      modifiedAt: createdAt,
      lastSeenAt: Math.max(createdAt, seenAt),
      version: enabled ? 1 : 2,
      logins: addLogins.toSorted((a, b) => byBytes(a.provider, b.provider) || byBytes(a.subject, b.subject)),
    });
  }
  return expected.toSorted((a, b) => byBytes(a.identityId, b.identityId));
}

function matches(query: Omit<IdentityQuery, 'limit'>): (identity: IdentityWithLogins) => boolean {
  const { provider, subject, subjectPrefix, identityIdPrefix = '', enabled, created, lastSeen } = query;
  const within = (value: number, range: { from?: number; to?: number } = {}) =>
    value >= (range.from ?? 0) && value < (range.to ?? Infinity);
  const asksForLogin = [provider, subject, subjectPrefix].some((asked) => asked !== undefined);
  return (identity) =>
    identity.identityId.startsWith(identityIdPrefix) &&
    (enabled ?? identity.enabled) === identity.enabled &&
    within(identity.createdAt, created) &&
    within(identity.lastSeenAt, lastSeen) &&
    (!asksForLogin ||
      identity.logins.some(
        (login) =>
          (provider ?? login.provider) === login.provider &&
          (subject ?? login.subject) === login.subject &&
          login.subject.startsWith(subjectPrefix ?? ''),
      ));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
