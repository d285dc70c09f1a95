import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { PoolId } from '../packages/server/src/ids.ts';
import { openPostgresStore } from '../packages/server/src/store/postgres.ts';
import { findPostgres, startPostgres } from '../packages/server/src/store/postgres-rig.ts';
import { openSqliteStore } from '../packages/server/src/store/sqlite.ts';
import type { Store } from '../packages/server/src/store/store.ts';
import {
  headersOf,
  issuer,
  makePool,
  type Provider,
  region,
  startDaypass,
  startProvider,
} from './load/pool.ts';
import { load, type Measured } from './load/wrk.ts';

/** Users who are asked for, drawn by chance; fewer than a token cache holds, so that the store is what differs. */
const sample = 5000;
const connections = 4;
const seconds = 5;
const rounds = 3;

/** One store with so many identities in it. */
interface Population {
  readonly store: string;
  readonly size: number;
  /** Megabytes of the service after the load. */
  readonly memory: number;
  readonly bytesPerIdentity: number;
  readonly getId: Measured;
  readonly credentials: Measured;
}

/**
 * What a thousand, a hundred thousand and more identities cost: bytes for each, and how long GetId and
 * GetCredentialsForIdentity of users drawn by chance take over four connections, with tokens seen before, medians of
 * three rounds. Ids and subjects are random, so that the tables are filled as sign-ins fill them. `--sizes 1000,100000`
 * and `--postgres-sizes 1000` choose the numbers, `--keep FOLDER` makes each SQLite database once and uses it again.
 */
export async function run(options: readonly string[]): Promise<void> {
  const value = (name: string): string | undefined => options[options.indexOf(name) + 1 || options.length];
  const sizes = (name: string, most: string): number[] =>
    (value(name) ?? most).split(',').filter(Boolean).map(Number);
  const temporary = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  const folder = value('--keep') ?? temporary;
  const provider = await startProvider();
  try {
    const inSqlite: Population[] = [];
    for (const size of sizes('--sizes', '1000,100000,10000000')) {
      inSqlite.push(await sqlitePopulation(provider, size, join(folder, `sqlite-${size}`)));
    }
    report(inSqlite);
    const binaries = findPostgres();
    if (binaries === undefined) return console.log('No PostgreSQL: there is no initdb and postgres here');
    const rig = await startPostgres(binaries, { fsync: true });
    try {
      const inPostgres: Population[] = [];
      for (const size of sizes('--postgres-sizes', '1000,100000,1000000')) {
        const url = await rig.newSchema();
        inPostgres.push(await postgresPopulation(provider, size, url, join(temporary, `postgres-${size}`)));
      }
      report(inPostgres);
    } finally {
      await rig.stop();
    }
  } finally {
    provider.close();
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function sqlitePopulation(provider: Provider, size: number, data: string): Promise<Population> {
  const file = join(data, 'daypass.sqlite');
  if (!existsSync(join(data, 'filled'))) {
    rmSync(data, { recursive: true, force: true });
    const poolId = await emptyPool(provider, data, 'sqlite');
    fillSqlite(file, poolId, size);
    mkdirSync(join(data, 'filled'));
  }
  const bytes = statSync(file).size;
  const store = await openSqliteStore({ path: file });
  return measure(provider, { store, name: 'SQLite', url: 'sqlite', size, bytes, data });
}

async function postgresPopulation(
  provider: Provider,
  size: number,
  url: string,
  data: string,
): Promise<Population> {
  const poolId = await emptyPool(provider, data, url);
  const bytes = await fillPostgres(url, poolId, size);
  const store = await openPostgresStore({ url });
  return measure(provider, { store, name: 'PostgreSQL', url, size, bytes, data });
}

/** A pool of a service that has ended. */
async function emptyPool(provider: Provider, data: string, store: string): Promise<string> {
  const server = await startDaypass(provider, data, ['--store', store]);
  try {
    return await makePool(server.url, data);
  } finally {
    await server.stop();
  }
}

const idOf = (bytes: (count: number) => string): string =>
  `'${region}:' || ${[4, 2, 2, 2, 6].map(bytes).join(" || '-' || ")}`;

/** The subject of the n-th user: one that comes by chance, as subjects of providers do. */
const subject = (n: number): string => `user-${(n * 7_368_787) % 1_000_000_007}`;
const subjectOf = (n: string): string => `'user-' || (CAST(${n} AS BIGINT) * 7368787 % 1000000007)`;

const identityColumns = 'identity_id, pool_id, enabled, created_at, modified_at, last_seen_at, version';
const loginColumns = 'pool_id, subject, provider, identity_id';

/**
 * Rows come in chunks, each in the order of its table's key: pages split as they do when ids come by chance, and the disk is
 * not asked for another page at every row.
 */
function fillSqlite(file: string, poolId: string, size: number): void {
  const database = new DatabaseSync(file, { defensive: false });
  // Nothing is lost if this is: the rows are made again.
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  database.exec('PRAGMA cache_size = -2000000; PRAGMA temp_store = MEMORY');
  const id = idOf((count) => `lower(hex(randomblob(${count})))`);
  const chunk = 500_000;
  for (let from = 0; from < size; from += chunk) {
    database.exec(`BEGIN;
      CREATE TEMP TABLE people AS
        WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${Math.min(from + chunk, size)})
        SELECT i, ${id} AS id FROM n;
      INSERT INTO identities (${identityColumns}) SELECT id, '${poolId}', 1, 0, 0, 0, 1 FROM people ORDER BY id;
      INSERT INTO logins (${loginColumns}) SELECT '${poolId}', ${subjectOf('i')}, '${issuer}', id FROM people ORDER BY 2;
      DROP TABLE people;
      COMMIT`);
  }
  database.exec('PRAGMA journal_mode = WAL');
  database.close();
}

/** Returns the bytes of tables and indexes. */
async function fillPostgres(url: string, poolId: string, size: number): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('SET synchronous_commit = off');
  await client.query(`CREATE TEMP TABLE people AS
    SELECT i, '${region}:' || gen_random_uuid() AS id FROM generate_series(0, ${size - 1}) AS i ORDER BY random()`);
  await client.query(
    `INSERT INTO identities (${identityColumns}) SELECT id, '${poolId}', 1, 0, 0, 0, 1 FROM people`,
  );
  await client.query(
    `INSERT INTO logins (${loginColumns}) SELECT '${poolId}', ${subjectOf('i')}, '${issuer}', id FROM people`,
  );
  await client.query('ANALYZE identities; ANALYZE logins');
  const { rows } = await client.query(
    "SELECT pg_total_relation_size('identities') + pg_total_relation_size('logins') AS bytes",
  );
  await client.end();
  return Number(rows[0]?.bytes);
}

async function measure(
  provider: Provider,
  {
    store,
    name,
    url,
    size,
    bytes,
    data,
  }: { store: Store; name: string; url: string; size: number; bytes: number; data: string },
): Promise<Population> {
  const bodies = await bodiesOf(provider, store, size);
  await store.close();
  const server = await startDaypass(provider, data, ['--store', url]);
  try {
    const kinds = { GetId: [] as Measured[], GetCredentialsForIdentity: [] as Measured[] };
    for (let round = 0; round <= rounds; round++) {
      for (const operation of ['GetId', 'GetCredentialsForIdentity'] as const) {
        const headers = headersOf(operation);
        const result = await load({
          url: server.url,
          headers,
          bodies: bodies[operation],
          connections,
          seconds,
        });
        if (result.errors > 0) throw new Error(`${operation}: ${result.errors} answers were errors`);
        // The first round warms up the service and the tokens, and is not counted.
        if (round > 0) kinds[operation].push(result);
      }
    }
    return {
      store: name,
      size,
      memory: server.memory() / 1e6,
      bytesPerIdentity: bytes / size,
      getId: median(kinds.GetId),
      credentials: median(kinds.GetCredentialsForIdentity),
    };
  } finally {
    await server.stop();
  }
}

/** Requests of users drawn by chance, whose identities are read from the store. */
async function bodiesOf(
  provider: Provider,
  store: Store,
  size: number,
): Promise<Record<'GetId' | 'GetCredentialsForIdentity', readonly string[]>> {
  const [pool] = await store.collection('pools').list({ limit: 1 });
  const poolId = pool?.key as PoolId;
  const getId: string[] = [];
  const credentials: string[] = [];
  for (let n = 0; n < sample; n++) {
    const sub = subject(Math.floor(Math.random() * size));
    const owner = await store.findLogin(poolId, issuer, sub);
    if (owner === undefined) throw new Error(`${sub} has no identity`);
    const Logins = { [issuer]: provider.mint(sub, String(n)) };
    getId.push(JSON.stringify({ IdentityPoolId: poolId, Logins }));
    credentials.push(JSON.stringify({ IdentityId: owner.identityId, Logins }));
  }
  return { GetId: getId, GetCredentialsForIdentity: credentials };
}

function median(results: readonly Measured[]): Measured {
  const middle = results.toSorted((a, b) => a.p50 - b.p50)[Math.floor(results.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

function report(populations: readonly Population[]): void {
  const first = populations[0];
  if (first === undefined) return;
  console.log(`\n${first.store}`);
  for (const { size, memory, bytesPerIdentity, getId, credentials } of populations) {
    const figures = [
      ['GetId', getId, first.getId] as const,
      ['GetCredentialsForIdentity', credentials, first.credentials] as const,
    ].map(
      ([what, { p50, p99 }, base]) =>
        `${what} p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} ms (${(p50 / base.p50).toFixed(2)} × and ${(p99 / base.p99).toFixed(2)} × the first)`,
    );
    console.log(
      `${size.toLocaleString('en').padStart(10)} identities   ${bytesPerIdentity.toFixed(0).padStart(6)} bytes each   ${figures.join('   ')}   ${memory.toFixed(0)} MB memory`,
    );
  }
}
