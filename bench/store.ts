import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type IdentityId, newIdentityId, newPoolId } from '../packages/server/src/ids.ts';
import { insertPool } from '../packages/server/src/store/conformance/pool.ts';
import { openPostgresStore } from '../packages/server/src/store/postgres.ts';
import { findPostgres, startPostgres } from '../packages/server/src/store/postgres-rig.ts';
import { openSqliteStore } from '../packages/server/src/store/sqlite.ts';
import type { Store } from '../packages/server/src/store/store.ts';

const region = 'us-east-1';
const poolId = newPoolId(region);
const provider = 'accounts.google.com';
const population = 10_000;
/** Every figure is the median of so many rounds, in which the contenders take turns of so many milliseconds. */
const [rounds, turn] = [7, 300];

/** What is measured: reading the identity of a known login, and making a new identity with its login durable. */
interface Contender {
  readonly name: string;
  findLogin(subject: string): unknown;
  signIn(subject: string, identityId: IdentityId): unknown;
  close(): Promise<void>;
}

/**
 * Point reads and durable inserts per second, one after the other and 64 at a time: both stores beside bare
 * node:sqlite with the same tables, durability and statements, which commits each insert alone.
 */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'daypass-bench-'));
  const contenders: Contender[] = [];
  try {
    contenders.push(await bareSqlite(join(folder, 'bare.db')));
    contenders.push(
      await fromStore('SQLite store', await openSqliteStore({ path: join(folder, 'daypass.db') })),
    );
    const binaries = findPostgres();
    if (binaries === undefined) console.log('No PostgreSQL store: there is no initdb and postgres here');
    else contenders.push(await postgres(binaries));

    for (const { signIn } of contenders) {
      await repeat(
        (n) => signIn(`person ${n}`, newIdentityId(region)),
        64,
        (done) => done < population,
      );
    }
    const read = ({ findLogin }: Contender) => findLogin(`person ${Math.floor(Math.random() * population)}`);
    const insert = ({ signIn }: Contender) => signIn(crypto.randomUUID(), newIdentityId(region));
    await compare('point read', contenders, read, 1);
    await compare('point read, 64 at a time', contenders, read, 64);
    await compare('durable insert', contenders, insert, 1);
    await compare('durable insert, 64 at a time', contenders, insert, 64);
  } finally {
    for (const { close } of contenders) await close();
    await rm(folder, { recursive: true });
  }
}

async function fromStore(name: string, store: Store): Promise<Contender> {
  await insertPool(store, poolId);
  return {
    name,
    findLogin: (subject) => store.findLogin(poolId, provider, subject),
    signIn: (subject, identityId) =>
      store.applyIdentityChange({
        poolId,
        at: Date.now(),
        create: [identityId],
        addLogins: [{ provider, subject, identityId }],
      }),
    close: () => store.close(),
  };
}

async function postgres(binaries: string): Promise<Contender> {
  const rig = await startPostgres(binaries, { fsync: true });
  const store = await openPostgresStore({ url: rig.url });
  return {
    ...(await fromStore('PostgreSQL store', store)),
    async close() {
      await store.close();
      await rig.stop();
    },
  };
}

async function bareSqlite(path: string): Promise<Contender> {
  // The store makes the tables.
  await (await openSqliteStore({ path })).close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -65536');
  const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')];
  const find = database.prepare(
    `SELECT i.identity_id, i.pool_id, i.enabled, i.created_at, i.modified_at, i.last_seen_at, i.version
    FROM logins l JOIN identities i ON i.identity_id = l.identity_id
    WHERE l.pool_id = ? AND l.subject = ? AND l.provider = ?`,
  );
  const insertIdentity = database.prepare('INSERT INTO identities VALUES (?, ?, 1, ?, ?, ?, 1)');
  const insertLogin = database.prepare('INSERT INTO logins VALUES (?, ?, ?, ?)');
  return {
    name: 'bare node:sqlite',
    findLogin: (subject) => find.get(poolId, subject, provider),
    signIn(subject, identityId) {
      const at = Date.now();
      begin.run();
      insertIdentity.run(identityId, poolId, at, at, at);
      insertLogin.run(poolId, subject, provider, identityId);
      commit.run();
    },
    async close() {
      database.close();
    },
  };
}

/** Prints the ratios to the first contender, then the figures. */
async function compare(
  what: string,
  contenders: readonly Contender[],
  action: (contender: Contender) => unknown,
  concurrency: number,
): Promise<void> {
  const measured = contenders.map(({ name }) => ({ name, perSecond: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [n, contender] of contenders.entries()) {
      const started = performance.now();
      const done = await repeat(
        () => action(contender),
        concurrency,
        () => performance.now() - started < turn,
      );
      measured[n]?.perSecond.push((done * 1000) / (performance.now() - started));
    }
  }
  const base = median(measured[0]?.perSecond ?? []);
  const figures = measured.map(({ name, perSecond }) => ({ name, perSecond: median(perSecond) }));
  const ratios = figures.slice(1).map(({ name, perSecond }) => `${name} ${(perSecond / base).toFixed(2)}`);
  console.log(`${what}: ${ratios.join(', ')} of bare node:sqlite`);
  for (const { name, perSecond } of figures) {
    console.log(`  ${name.padEnd(18)} ${Math.round(perSecond).toLocaleString('en').padStart(8)}/s`);
  }
}

/** Does something again and again, so many at a time; returns how often it was done. */
async function repeat(
  action: (n: number) => unknown,
  concurrency: number,
  goesOn: (begun: number) => boolean,
): Promise<number> {
  let begun = 0;
  const worker = async () => {
    while (goesOn(begun)) await action(begun++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return begun;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
