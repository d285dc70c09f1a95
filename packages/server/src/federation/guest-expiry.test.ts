import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IdentityId, newIdentityId, newPoolId, type PoolId } from '../ids.ts';
import type { PoolDocument } from '../store/documents.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { expireGuests, type GuestExpiry } from './guest-expiry.ts';

const day = 86_400_000;

describe('the expiry of guests', () => {
  let store: Store;
  let now: number;
  let expiry: GuestExpiry;

  beforeEach(async () => {
    now = 1_700_000_000_000;
    store = await openSqliteStore({ path: ':memory:' });
    expiry = expireGuests({ store, clock: { now: () => now }, swept: () => {}, failed: () => {} });
  });
  afterEach(async () => {
    await expiry.close();
    await store.close();
  });

  async function pool(guestExpiry?: number): Promise<PoolId> {
    const poolId = newPoolId('us-east-1');
    const document: PoolDocument = {
      poolId,
      name: 'p',
      allowUnauthenticatedIdentities: true,
      supportedLoginProviders: {},
      openIdConnectProviderArns: [],
      cognitoIdentityProviders: [],
      samlProviderArns: [],
      tags: {},
      roles: {},
      roleMappings: {},
      principalTags: {},
      createdAt: now,
      ...(guestExpiry !== undefined && { settings: { guestExpiry } }),
    };
    await store.collection('pools').insert(poolId, document);
    return poolId;
  }

  async function identities(poolId: PoolId, count: number, subject?: string): Promise<IdentityId[]> {
    const create = Array.from({ length: count }, () => newIdentityId('us-east-1'));
    const addLogins =
      subject === undefined ? [] : create.map((identityId) => ({ provider: 'p', subject, identityId }));
    await store.applyIdentityChange({ poolId, at: now, create, addLogins });
    return create;
  }

  const count = async (poolId: PoolId) => (await store.findIdentities({ poolId, limit: 5000 })).length;

  it('deletes the guests of a pool who were not seen for its time, however many', async () => {
    const poolId = await pool((7 * day) / 1000);
    await identities(poolId, 1050);
    now += 4 * day;
    const [later = newIdentityId('x')] = await identities(poolId, 1);
    now += 3 * day + 1;
    expect(await expiry.sweep()).toBe(1050);
    expect(await store.getIdentity(later)).toBeDefined();
    expect(await expiry.sweep()).toBe(0);
  });

  it('leaves whoever came back, and whoever signed in', async () => {
    const poolId = await pool(3600);
    const [back = newIdentityId('x')] = await identities(poolId, 1);
    await identities(poolId, 1, 'alice');
    now += 2 * 3_600_000;
    await store.touchIdentities([back], now);
    expect(await expiry.sweep()).toBe(0);
    expect(await count(poolId)).toBe(2);
  });

  it('leaves the guests of pools that say nothing', async () => {
    const silent = await pool();
    await identities(silent, 3);
    now += 10_000 * day;
    expect(await expiry.sweep()).toBe(0);
    expect(await count(silent)).toBe(3);
  });

  it('looks at every pool', async () => {
    for (let n = 0; n < 101; n++) await pool(n % 100 === 0 ? 3600 : undefined);
    const pools = await store.collection('pools').list({ limit: 200 });
    for (const { value } of pools) await identities(value.poolId, 1);
    now += day;
    expect(await expiry.sweep()).toBe(2);
  });
});
