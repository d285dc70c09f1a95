import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIdentityId, newPoolId } from '../ids.ts';
import { type OpenStore, storePromises } from './conformance/conformance.ts';
import { identityPromises } from './conformance/identities.ts';
import { identityChangePromises } from './conformance/identity-changes.ts';
import { insertPool } from './conformance/pool.ts';
import { collectionNames } from './migrations.ts';
import { openPostgresStore } from './postgres.ts';
import { findPostgres, type PostgresRig, startPostgres } from './postgres-rig.ts';
import { type Store, StoreUnavailable } from './store.ts';

const binaries = findPostgres();
if (binaries === undefined)
  console.log('The PostgreSQL store is not tested: there is no initdb and postgres here');

const tables = [...collectionNames, 'identities', 'logins', 'audit'];
const poolId = newPoolId('us-east-1');

describe.runIf(binaries)('the PostgreSQL store', () => {
  let rig: PostgresRig;

  beforeAll(async () => {
    rig = await startPostgres(binaries ?? '');
  });
  afterAll(() => rig.stop());

  /** One schema for all the tests, emptied for each: making one takes longer than most of them. */
  function emptied(settings = ''): () => Promise<OpenStore> {
    let url: string | undefined;
    return async () => {
      url ??= (await rig.newSchema()) + settings;
      const schema = url;
      const open = () => openPostgresStore({ url: schema });
      await (await open()).close();
      await query(schema, ...tables.map((table) => `DELETE FROM ${table}`));
      return open;
    };
  }

  storePromises(emptied());

  describe('when every transaction is serializable, as in CockroachDB', () => {
    storePromises(emptied('%20-c%20default_transaction_isolation%3Dserializable'), {
      'identities and logins': identityPromises,
      'a change of identities': identityChangePromises,
    });
  });

  it('makes its schema once when many nodes start together', async () => {
    const url = await rig.newSchema();
    const stores = await Promise.all(Array.from({ length: 8 }, () => openPostgresStore({ url })));
    expect(await signIn(stores[0], 'alice')).toBe(true);
    expect(await stores[7]?.findLogin(poolId, 'p', 'alice')).toBeDefined();
    for (const store of stores) await store.close();
  });

  it('brings the first schema up to date, and keeps what is in it', async () => {
    const url = await rig.newSchema();
    const before = await openPostgresStore({ url });
    await signIn(before, 'alice');
    await before.close();
    await query(url, 'DROP TABLE used_assertions', 'UPDATE schema_version SET version = 1');
    const after = await openPostgresStore({ url });
    expect(await after.findLogin(poolId, 'p', 'alice')).toBeDefined();
    expect(await after.collection('used_assertions').insert('a', { usedFor: 'p' })).toBe(true);
    await after.close();
  });

  it('opens a schema it may not change', async () => {
    const url = await rig.newSchema();
    await (await openPostgresStore({ url })).close();
    const schema = new URL(url).searchParams.get('options')?.split('=')[1];
    await query(
      rig.url,
      'CREATE USER reader',
      `GRANT USAGE ON SCHEMA ${schema} TO reader`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO reader`,
    );
    const store = await openPostgresStore({ url: url.replace('daypass@', 'reader@') });
    await store.ping();
    await expect(signIn(store, 'alice')).rejects.toThrow(/does not permit this user/);
    await store.close();
  });

  it('refuses the schema of a newer Daypass', async () => {
    const url = await rig.newSchema();
    await (await openPostgresStore({ url })).close();
    await query(url, 'UPDATE schema_version SET version = 1000');
    await expect(openPostgresStore({ url })).rejects.toThrow(
      /belongs to a newer Daypass: it has schema 1000/,
    );
  });

  it('goes on after its connections were cut, idle or in the middle of a transaction', async () => {
    const url = await rig.newSchema();
    const store = await openPostgresStore({ url });
    const cut =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND pid > 0';
    for (let round = 0; round < 5; round++) {
      const outcomes = Promise.allSettled(
        Array.from({ length: 40 }, (_, n) => signIn(store, `person ${round} ${n}`)),
      );
      await query(rig.url, cut);
      for (const outcome of await outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreUnavailable);
      }
      await query(rig.url, cut);
    }
    await eventually(() => store.ping());
    // Of what failed nothing is half there.
    const identities = await store.findIdentities({ poolId, limit: 1000 });
    expect(identities.filter(({ logins }) => logins.length !== 1)).toEqual([]);
    await store.close();
  });

  it('is unavailable while the server is down, loses nothing and goes on when it is back', async () => {
    const url = await rig.newSchema();
    const store = await openPostgresStore({ url });
    const acknowledged: string[] = [];
    let stopped = false;
    let refusals = 0;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; !stopped; n++) {
        try {
          if (await signIn(store, `person ${writer} ${n}`)) acknowledged.push(`person ${writer} ${n}`);
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnavailable);
          refusals++;
        }
      }
    });
    for (let round = 1; round <= 3; round++) {
      const [before, refused] = [acknowledged.length, refusals];
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 50));
      await rig.kill();
      await eventually(() => expect(refusals).toBeGreaterThan(refused + 20));
      await expect(store.ping()).rejects.toThrow(StoreUnavailable);
      await rig.start();
    }
    await eventually(() => store.ping());
    stopped = true;
    await Promise.all(writers);
    for (const subject of acknowledged) {
      expect(await store.findLogin(poolId, 'p', subject)).toBeDefined();
    }
    await store.close();
  });
});

describe('a PostgreSQL server that cannot be reached', () => {
  it('is named without user and password', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const error = await openPostgresStore({ url: `postgres://u:secret@127.0.0.1:${port}/daypass` }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toEqual(
      new StoreUnavailable(`The database 127.0.0.1:${port}/daypass does not answer: ECONNREFUSED`),
    );
  });

  it('is given up when it accepts a connection and says nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `postgres://u@127.0.0.1:${port}/daypass?connect_timeout=1`;
    await expect(openPostgresStore({ url })).rejects.toThrow(StoreUnavailable);
    server.close();
  });

  it('has a URL that can be read', async () => {
    await expect(openPostgresStore({ url: 'postgres://u:secret@:x/' })).rejects.toThrow(
      new StoreUnavailable('The URL of the PostgreSQL database is not valid'),
    );
  });
});

async function signIn(store: Store | undefined, subject: string): Promise<boolean | undefined> {
  if (store !== undefined) await insertPool(store, poolId);
  const identityId = newIdentityId('us-east-1');
  const addLogins = [{ provider: 'p', subject, identityId }];
  return store?.applyIdentityChange({ poolId, at: 1000, create: [identityId], addLogins });
}

async function query(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Waits, up to the time limit of the test, until an action no longer throws. */
async function eventually(action: () => unknown): Promise<void> {
  for (;;) {
    try {
      await action();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
