import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoundedMap } from '../bounded-map.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { adopt } from './adopt.ts';
import { identityOf, knownGuest, newGuest, poolOf, stillEnabled } from './identities.ts';
import { openPools, type Pool } from './pools.ts';
import { poolDocument, poolWithout } from './testing/pool.ts';
import { removeLogins } from './unlink.ts';

const fixture = fileURLToPath(new URL('first-sign-in.fixture.ts', import.meta.url));
const developers = 'login.my.backend';
const google = (subject: string) => ({ provider: 'accounts.google.com', subject });
const facebook = (subject: string) => ({ provider: 'graph.facebook.com', subject });

let folder: string;
let path: string;
let stores: Store[];
let clock: TestClock;
let pool: Pool;
let poolId: PoolId;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daypass-identities-'));
  path = join(folder, 'daypass.sqlite');
  stores = await Promise.all([openSqliteStore({ path }), openSqliteStore({ path })]);
  clock = new TestClock();
  pool = poolWithout(poolDocument({ developerProviderName: developers }));
  ({ poolId } = pool.document);
  await stores[0]?.collection('pools').insert(poolId, pool.document);
});

afterEach(async () => {
  for (const store of stores) await store.close();
  await rm(folder, { recursive: true });
});

async function anotherPool(): Promise<Pool> {
  const document = poolDocument();
  await stores[0]?.collection('pools').insert(document.poolId, document);
  return poolWithout(document);
}

/** One of the nodes that share the store. */
function node(number = 0) {
  const store = stores[number % stores.length];
  if (store === undefined) throw new Error('no store');
  return {
    store,
    clock,
    place: { region: 'us-east-1', account: '000000000000' },
    poolsOfIdentities: new BoundedMap<IdentityId, PoolId>(100),
    pools: openPools({ store, clock }),
  };
}

describe('first sign-ins', () => {
  it('give one identity when 64 come at once to two nodes', async () => {
    const signIns = Array.from({ length: 64 }, (_, number) =>
      identityOf(node(number), pool, [google('ada')]),
    );
    const [identityId, ...others] = new Set(await Promise.all(signIns));
    expect(others).toEqual([]);
    const identities = await node().store.findIdentities({ poolId, limit: 100 });
    expect(identities.map((identity) => identity.identityId)).toEqual([identityId]);
  });

  it('give one identity when 64 with two logins come, each with one or both of them', async () => {
    const shown = [
      [google('ada'), facebook('ada')],
      [google('ada')],
      [facebook('ada'), google('ada')],
      [facebook('ada')],
    ];
    const signIns = Array.from({ length: 64 }, (_, number) =>
      identityOf(node(number), pool, shown[number % 4] ?? []),
    );
    await Promise.all(signIns);
    const now = await identityOf(node(), pool, [google('ada')]);
    expect(await identityOf(node(1), pool, [facebook('ada')])).toBe(now);
    const enabled = await node().store.findIdentities({ poolId, enabled: true, limit: 100 });
    expect(enabled.map(({ identityId }) => identityId)).toEqual([now]);
  });

  it('give one identity in two processes', async () => {
    const children = [1, 2].map(() =>
      spawn(process.execPath, [fixture, path, poolId, 'ada', '32'], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const outputs = children.map(lines);
    await Promise.all(outputs.map((output) => output.next()));
    const exited = children.map((child) => once(child, 'exit'));
    for (const child of children) child.stdin.write('go\n');
    const answers = await Promise.all(
      outputs.map(async (output) => JSON.parse(String((await output.next()).value))),
    );
    await Promise.all(exited);
    expect(answers.flat()).toHaveLength(64);
    expect(new Set(answers.flat()).size).toBe(1);
    expect(await node().store.findIdentities({ poolId, limit: 100 })).toHaveLength(1);
  });

  it('keep pools apart', async () => {
    const other = await anotherPool();
    expect(await identityOf(node(), other, [google('ada')])).not.toBe(
      await identityOf(node(), pool, [google('ada')]),
    );
  });
});

describe('a pool that another node has deleted', () => {
  it.each([
    ['a first sign-in', () => identityOf(node(), pool, [google('ada')])],
    ['a guest', () => newGuest(node(), pool)],
  ])('gets no identity of %s, though this node has not heard of it', async (_who, enter) => {
    await node(1).store.collection('pools').delete(poolId);
    await expect(enter()).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: `IdentityPool '${poolId}' not found.`,
    });
    expect(await node().store.findIdentities({ poolId, limit: 10 })).toEqual([]);
  });
});

function lines(child: ChildProcess): AsyncIterator<string> {
  if (child.stdout === null) throw new Error('The child has no stdout');
  return createInterface(child.stdout)[Symbol.asyncIterator]();
}

describe('an identity that is asked for', () => {
  it('is not found when it is of another pool', async () => {
    const other = await anotherPool();
    const guest = await newGuest(node(), other);
    await expect(identityOf(node(), pool, [google('ada')], guest)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: `Identity '${guest}' not found.`,
    });
  });

  it('is not found when it was deleted, also by a node that remembers its pool', async () => {
    const services = node();
    const identityId = await identityOf(services, pool, [google('ada'), facebook('ada')]);
    expect(await poolOf(services, identityId)).toBe(poolId);
    await node(1).store.deleteIdentities([identityId]);
    expect(await poolOf(services, identityId)).toBe(poolId);
    await expect(identityOf(services, pool, [google('ada')], identityId)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    const anew = await identityOf(services, pool, [google('ada')]);
    expect(anew).not.toBe(identityId);
  });

  it('is forbidden once it was merged into another', async () => {
    const first = await identityOf(node(), pool, [google('ada')]);
    clock.advance(1);
    const second = await identityOf(node(), pool, [facebook('ada')]);
    expect(await identityOf(node(), pool, [google('ada'), facebook('ada')], second)).toBe(first);
    for (const shown of [[google('ada')], [facebook('ada')], [google('new')]]) {
      await expect(identityOf(node(), pool, shown, second)).rejects.toMatchObject({
        code: 'NotAuthorizedException',
        message: `Access to Identity '${second}' is forbidden.`,
      });
    }
    await expect(stillEnabled(node(), second)).rejects.toMatchObject({ code: 'NotAuthorizedException' });
  });
});

describe('guests', () => {
  it('are new each time, and known again by their id', async () => {
    const guest = await newGuest(node(), pool);
    expect(await newGuest(node(), pool)).not.toBe(guest);
    expect(await knownGuest(node(), pool, guest)).toBe(guest);
  });

  it('are not known where the pool has none any more', async () => {
    const guest = await newGuest(node(), pool);
    const closed = poolWithout({ ...pool.document, allowUnauthenticatedIdentities: false });
    for (const call of [knownGuest(node(), closed, guest), newGuest(node(), closed)]) {
      await expect(call).rejects.toMatchObject({
        code: 'NotAuthorizedException',
        message: 'Unauthenticated access is not supported for this identity pool.',
      });
    }
  });

  it('are guests no longer once somebody has signed in', async () => {
    const guest = await newGuest(node(), pool);
    expect(await identityOf(node(), pool, [google('ada')], guest)).toBe(guest);
    await expect(knownGuest(node(), pool, guest)).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message: `Access to Identity '${guest}' is forbidden.`,
    });
  });

  it('become one person when they sign in on two nodes at once', async () => {
    const guest = await newGuest(node(), pool);
    const answers = Array.from({ length: 16 }, (_, number) =>
      identityOf(node(number), pool, [google('ada')], guest),
    );
    expect(new Set(await Promise.all(answers))).toEqual(new Set([guest]));
  });
});

describe('a change between the steps of another', () => {
  /** A node on which something happens once, when logins have been looked for and before their identities are read. */
  const interrupted = (happening: () => Promise<unknown>) => {
    const services = node();
    let pending: (() => Promise<unknown>) | undefined = happening;
    const getIdentityWithLogins: Store['getIdentityWithLogins'] = async (id) => {
      const now = pending;
      pending = undefined;
      await now?.();
      return services.store.getIdentityWithLogins(id);
    };
    return { ...services, store: { ...services.store, getIdentityWithLogins } };
  };

  it('makes no stranger of a guest who is just being signed in', async () => {
    const guest = await newGuest(node(), pool);
    const services = interrupted(() => identityOf(node(1), pool, [google('ada')], guest));
    expect(await identityOf(services, pool, [google('ada')], guest)).toBe(guest);
  });

  it('does not bring a merged identity back to life', async () => {
    const older = await identityOf(node(), pool, [facebook('ada')]);
    clock.advance(1);
    const younger = await identityOf(node(), pool, [google('ada')]);
    const services = interrupted(() => identityOf(node(1), pool, [google('ada'), facebook('ada')]));
    const developer = { provider: developers, subject: 'ada' };
    expect(await identityOf(services, pool, [google('ada'), developer])).toBe(older);
    expect(await node().store.getIdentityWithLogins(younger)).toMatchObject({ enabled: false, logins: [] });
  });

  it('does not let a login link what it has been unlinked from', async () => {
    const identityId = await identityOf(node(), pool, [facebook('ada'), google('ada')]);
    const services = interrupted(() =>
      removeLogins(node(1), poolId, identityId, ({ logins }) =>
        logins.filter(({ provider }) => provider === google('ada').provider),
      ),
    );
    const developer = { provider: developers, subject: 'ada' };
    const other = await identityOf(services, pool, [google('ada'), developer]);
    expect(other).not.toBe(identityId);
    expect((await node().store.getIdentityWithLogins(identityId))?.logins).toHaveLength(1);
  });
});

describe('an admission', () => {
  const refuse = async () => {
    throw new Error('refused');
  };
  const everything = () => node().store.findIdentities({ poolId, limit: 100 });

  it('that refuses leaves no trace', async () => {
    await identityOf(node(), pool, [google('ada')]);
    await identityOf(node(), pool, [facebook('ada')]);
    const guest = await newGuest(node(), pool);
    const before = await everything();
    await expect(newGuest(node(), pool, refuse)).rejects.toThrow('refused');
    for (const [shown, asked] of [
      [[google('new')], undefined],
      [[google('new')], guest],
      [[google('ada'), facebook('ada')], undefined],
      [[google('ada')], guest],
    ] as const) {
      await expect(identityOf(node(), pool, shown, asked, refuse)).rejects.toThrow('refused');
    }
    expect(await everything()).toEqual(before);
  });

  it('is told who the caller will be', async () => {
    const told: IdentityId[] = [];
    const identityId = await identityOf(node(), pool, [google('ada')], undefined, async (id) =>
      told.push(id),
    );
    expect(told).toEqual([identityId]);
  });

  it('is not asked when there is nothing to write', async () => {
    const identityId = await identityOf(node(), pool, [google('ada'), facebook('ada')]);
    expect(await identityOf(node(), pool, [google('ada')], undefined, refuse)).toBe(identityId);
    expect(await identityOf(node(), pool, [facebook('ada'), google('ada')], identityId, refuse)).toBe(
      identityId,
    );
  });
});

describe('removeLogins', () => {
  it('disables an identity for ever when its last login goes', async () => {
    const identityId = await identityOf(node(), pool, [google('ada')]);
    await removeLogins(node(), poolId, identityId, ({ logins }) => logins);
    expect(await node().store.getIdentityWithLogins(identityId)).toMatchObject({
      enabled: false,
      logins: [],
    });
    expect(await identityOf(node(), pool, [google('ada')])).not.toBe(identityId);
  });

  it('knows no identity of another pool', async () => {
    const identityId = await identityOf(node(), pool, [google('ada')]);
    const other = poolDocument().poolId;
    await expect(removeLogins(node(), other, identityId, ({ logins }) => logins)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('adopt', () => {
  it('links a login to an identity without a token of its user', async () => {
    const identityId = await identityOf(node(), pool, [google('ada')]);
    for (const again of [1, 2]) await adopt(node(again), poolId, identityId, facebook('ada'));
    expect(await identityOf(node(), pool, [facebook('ada')])).toBe(identityId);
  });

  it.each<{ name: string; subject: string }>([
    { name: 'a NUL', subject: 'a\0b' },
    { name: 'half a surrogate pair', subject: 'a\ud800' },
    { name: 'more than a key has room for', subject: '\u{1f600}'.repeat(700) },
  ])('refuses a subject with $name', async ({ subject }) => {
    const identityId = await identityOf(node(), pool, [google('ada')]);
    await expect(adopt(node(), poolId, identityId, facebook(subject))).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });

  it('never takes a login from somebody else', async () => {
    const ada = await identityOf(node(), pool, [google('ada')]);
    const eve = await identityOf(node(), pool, [facebook('eve')]);
    await expect(adopt(node(), poolId, ada, facebook('eve'))).rejects.toMatchObject({
      code: 'ResourceConflictException',
    });
    expect(await identityOf(node(), pool, [facebook('eve')])).toBe(eve);
  });
});
