import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newIdentityId, newPoolId } from '../ids.ts';
import type { PoolDocument, RoleDocument } from './documents.ts';
import { openSqliteStore } from './sqlite.ts';
import { backUpSqlite, restoreSqlite } from './sqlite-backup.ts';
import type { Store } from './store.ts';
import { exportLines, importLines } from './transfer.ts';

const region = 'us-east-1';
const poolId = newPoolId(region);
const pool: PoolDocument = {
  poolId,
  name: 'game',
  allowUnauthenticatedIdentities: true,
  supportedLoginProviders: { 'accounts.google.com': 'client' },
  openIdConnectProviderArns: [],
  cognitoIdentityProviders: [],
  samlProviderArns: [],
  tags: {},
  roles: {},
  roleMappings: {},
  principalTags: {},
  createdAt: 1,
};
const role: RoleDocument = {
  roleName: 'Players',
  roleId: 'AROA1',
  path: '/',
  trustPolicy: '{}',
  inlinePolicies: {},
  attachedPolicyArns: [],
  maxSessionDuration: 3600,
  tags: {},
  createdAt: 1,
};

let folder: string;
const stores: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-transfer-'));
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(name: string): Promise<Store> {
  const store = await openSqliteStore({ path: join(folder, name) });
  stores.push(store);
  return store;
}

/** A pool, a role, 1,200 users of whom one is disabled, and a guest. */
async function filled(name: string): Promise<Store> {
  const store = await open(name);
  await store.collection('pools').insert(poolId, pool);
  await store.collection('roles').insert('players', role);
  await store.collection('keys').insert('seal/k1', { wrapped: 'secret', createdAt: 1, usedFrom: 1 });
  const users = Array.from({ length: 1200 }, () => newIdentityId(region));
  const addLogins = users.map((identityId, n) => ({
    provider: 'accounts.google.com',
    subject: `user-${n}`,
    identityId,
  }));
  await store.applyIdentityChange({ poolId, at: 1000, create: users, addLogins });
  await store.applyIdentityChange({ poolId, at: 1000, create: [newIdentityId(region)] });
  const [first = newIdentityId(region)] = users;
  const update = [{ identityId: first, expectedVersion: 1, enabled: false }];
  await store.applyIdentityChange({ poolId, at: 1000, update });
  await store.touchIdentities(users, 5000);
  return store;
}

async function textOf(store: Store): Promise<string> {
  let text = '';
  for await (const line of exportLines(store)) text += line;
  return text;
}

async function* linesOf(text: string) {
  yield* text.split('\n');
}

describe('an export', () => {
  it('is the same again after it was imported elsewhere', async () => {
    const text = await textOf(await filled('a'));
    const other = await open('b');
    expect(await importLines(other, linesOf(text))).toEqual({ added: 1203, present: 0, conflicts: [] });
    expect(await textOf(other)).toBe(text);
    expect(await importLines(other, linesOf(text))).toEqual({ added: 0, present: 1203, conflicts: [] });
  });

  it('leaves nobody enabled who was not, wherever an import breaks off', async () => {
    const text = await textOf(await filled('a'));
    const other = await open('b');
    const importing = {
      ...other,
      async applyIdentityChange(change: Parameters<Store['applyIdentityChange']>[0]) {
        if ((change.create ?? []).length === 0) throw new Error('it breaks off here');
        return other.applyIdentityChange(change);
      },
    };
    await importLines(importing, linesOf(text));
    expect(await other.findIdentities({ poolId, enabled: false, limit: 10 })).toMatchObject([
      { logins: [{ subject: 'user-0' }] },
    ]);
  });

  it('has no keys', async () => {
    expect(await textOf(await filled('a'))).not.toContain('secret');
  });

  it('gives nobody’s login to another identity', async () => {
    const text = await textOf(await filled('a'));
    const other = await open('b');
    const identityId = newIdentityId(region);
    const addLogins = [{ provider: 'accounts.google.com', subject: 'user-7', identityId }];
    await other.collection('pools').insert(poolId, pool);
    await other.applyIdentityChange({ poolId, at: 1, create: [identityId], addLogins });
    const { added, conflicts } = await importLines(other, linesOf(text));
    expect([added, conflicts.length]).toEqual([1201, 1]);
    expect((await other.findLogin(poolId, 'accounts.google.com', 'user-7'))?.identityId).toBe(identityId);
  });

  const begin = '{"kind":"export","version":1}';
  it.each([
    ['', /^line 1 of the import/],
    ['{"kind":"pools","key":"a","value":{}}', /^line 1 of the import does not begin/],
    ['{"kind":"export","version":2}', /^line 1 of the import does not begin/],
    [`${begin}\n{"kind":`, /^line 2 of the import is not JSON/],
    [`${begin}\n{"kind":"keys","key":"seal/k1","value":{}}`, /^line 2 of the import is of no known kind/],
    [`${begin}\n{"kind":"access_keys","key":"AKIA","value":{}}`, /^line 2 of the import is of no known kind/],
    [`${begin}\n{"kind":"identity","identityId":"x"}`, /^line 2 of the import lacks a member/],
    [`${begin}\n${begin}`, /^line 2 of the import begins another/],
  ])('is not %j', async (text, refusal) => {
    await expect(importLines(await open('b'), linesOf(text))).rejects.toThrow(refusal);
  });
});

describe('a backup', () => {
  it('is the whole of a database in use, and can be restored', async () => {
    const store = await filled('a');
    const [backup, restored] = [join(folder, 'backup'), join(folder, 'restored')];
    await backUpSqlite(join(folder, 'a'), backup);
    await store.collection('roles').delete('players');
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    await restoreSqlite(backup, restored);
    const again = await open('restored');
    expect((await again.collection('roles').get('players'))?.value).toEqual(role);
    expect((await again.collection('keys').get('seal/k1'))?.value.wrapped).toBe('secret');
    expect((await again.findLogin(poolId, 'accounts.google.com', 'user-7')) !== undefined).toBe(true);
  });

  it('overwrites nothing, neither when it is made nor when it is restored', async () => {
    await filled('a');
    const backup = join(folder, 'backup');
    writeFileSync(backup, 'mine');
    await expect(backUpSqlite(join(folder, 'a'), backup)).rejects.toThrow('is there already');
    expect(readFileSync(backup, 'utf8')).toBe('mine');
    rmSync(backup);
    await backUpSqlite(join(folder, 'a'), backup);
    await expect(restoreSqlite(backup, join(folder, 'a'))).rejects.toThrow('is there already');
  });

  it.each([
    ['no database', 'x'.repeat(10_000)],
    ['an empty file', ''],
  ])('that is %s is not restored', async (_what, content) => {
    const backup = join(folder, 'backup');
    writeFileSync(backup, content);
    await expect(restoreSqlite(backup, join(folder, 'restored'))).rejects.toThrow(/cannot be used/);
    expect(() => statSync(join(folder, 'restored'))).toThrow();
  });
});
