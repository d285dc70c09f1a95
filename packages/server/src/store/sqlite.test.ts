import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newIdentityId, newPoolId } from '../ids.ts';
import { storePromises } from './conformance/conformance.ts';
import { insertPool } from './conformance/pool.ts';
import { openSqliteStore } from './sqlite.ts';
import { type Store, StoreUnavailable } from './store.ts';

const killFixture = fileURLToPath(new URL('kill.fixture.ts', import.meta.url));
const fullDiskFixture = fileURLToPath(new URL('full-disk.fixture.ts', import.meta.url));
const poolId = newPoolId('us-east-1');

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daypass-sqlite-'));
  path = join(folder, 'daypass.db');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the SQLite store', () => {
  storePromises(async () => () => openSqliteStore({ path }));

  it('can be in memory', async () => {
    const store = await openSqliteStore({ path: ':memory:' });
    expect(await signIn(store, 'alice')).toBe(true);
    expect(await store.findLogin(poolId, 'p', 'alice')).toBeDefined();
    await store.close();
  });

  it('brings the first schema up to date, and keeps what is in it', async () => {
    const before = await openSqliteStore({ path });
    await signIn(before, 'alice');
    await before.close();
    const database = new DatabaseSync(path);
    database.exec('DROP TABLE used_assertions; UPDATE schema_version SET version = 1');
    database.close();
    const after = await openSqliteStore({ path });
    expect(await after.findLogin(poolId, 'p', 'alice')).toBeDefined();
    expect(await after.collection('used_assertions').insert('a', { usedFor: 'p' })).toBe(true);
    await after.close();
  });

  it('makes files that only their owner can read', async () => {
    const store = await openSqliteStore({ path });
    await signIn(store, 'alice');
    for (const suffix of ['', '-wal', '-shm']) expect((await stat(path + suffix)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('has all that was acknowledged after kill -9', async () => {
    for (const round of ['first', 'second', 'third']) {
      const child = spawn(process.execPath, [killFixture, path, poolId, round], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const acknowledged = await acknowledgements(child, 200);
      const store = await openSqliteStore({ path });
      for (const [subject, identityId] of acknowledged) {
        expect((await store.findLogin(poolId, 'p', subject))?.identityId).toBe(identityId);
      }
      // Nothing is half-done either: each identity has its one login.
      const identities = await store.findIdentities({ poolId, limit: 100_000 });
      expect(identities.filter(({ logins }) => logins.length !== 1)).toEqual([]);
      await store.close();
    }
  });

  it('gives the same identities to several processes that sign in the same people at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = spawn(process.execPath, [killFixture, path, poolId, 'person', '300'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        return new Map(await acknowledgements(child));
      }),
    );
    expect(answers[0]?.size).toBe(300);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('writes once another process has let go of its lock, and reads meanwhile', async () => {
    const store = await openSqliteStore({ path });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const written = signIn(store, 'alice');
    expect(await Promise.race([written, store.ping()])).toBeUndefined();
    other.exec('COMMIT');
    other.close();
    expect(await written).toBe(true);
    await store.close();
  });
});

describe('a SQLite store that fails', () => {
  const opening = () => openSqliteStore({ path });

  it('says that the directory is missing', async () => {
    path = join(folder, 'missing', 'daypass.db');
    await expect(opening()).rejects.toThrow(
      new StoreUnavailable(`The database ${path} cannot be opened: its directory does not exist`),
    );
  });

  it('says that the path is a directory', async () => {
    path = folder;
    await expect(opening()).rejects.toThrow(
      new StoreUnavailable(`The database ${path} cannot be opened: it is a directory`),
    );
  });

  it('says that the file is not a database', async () => {
    await writeFile(path, 'This is a text, and longer than the header of a database. '.repeat(100));
    await expect(opening()).rejects.toThrow(
      new StoreUnavailable(`The database ${path} is not a SQLite database`),
    );
  });

  it('refuses the file of a newer Daypass and leaves it as it is', async () => {
    await (await opening()).close();
    const file = new DatabaseSync(path);
    file.exec('UPDATE schema_version SET version = 1000');
    file.close();
    await expect(opening()).rejects.toThrow(
      /belongs to a newer Daypass: it has schema 1000, this one knows up to/,
    );
    await expect(opening()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('says that the directory is read-only', async () => {
    const unwritable = 'cannot be written: permission denied';
    await asUnprivileged(async () => {
      await chmod(folder, 0o500);
      await expect(opening()).rejects.toThrow(new StoreUnavailable(`The database ${path} ${unwritable}`));
      await chmod(folder, 0o700);
      await (await opening()).close();
      await chmod(path, 0o400);
      await expect(opening()).rejects.toThrow(new StoreUnavailable(`The database ${path} ${unwritable}`));
    });
  });

  it('loses nothing when the disk refuses a write, and goes on once it takes writes again', async () => {
    // A limit on the size of files stands in for the full disk: the system refuses the write just so.
    const limited = 'ulimit -S -f 2000 && exec "$0" "$@"';
    const child = spawn('/bin/sh', ['-c', limited, process.execPath, fullDiskFixture, path, poolId], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const nextLine = async () => JSON.parse(String((await lines.next()).value));
    const [failure, acknowledged] = await nextLine();
    expect(failure).toBe(
      `StoreUnavailable: The database ${path} cannot be read or written: the disk reports an error`,
    );
    expect(acknowledged).toBeGreaterThan(10);
    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:']);
    child.stdin.write('go on\n');
    expect(await nextLine()).toEqual(['found', acknowledged + 1]);
    await once(child, 'exit');
  });

  it('says that the file is damaged, for what it cannot read', async () => {
    const store = await opening();
    await Promise.all(Array.from({ length: 500 }, (_, n) => signIn(store, `person ${n}`)));
    await store.close();
    const file = await open(path, 'r+');
    const pages = Math.floor((await file.stat()).size / 4096);
    // Not the first pages: they hold the schema.
    for (let page = 40; page < pages; page++)
      await file.write(Buffer.alloc(4096, 0xff), 0, 4096, page * 4096);
    await file.close();

    const damaged = await opening();
    await expect(damaged.findIdentities({ poolId, limit: 1000 })).rejects.toThrow(
      new StoreUnavailable(`The database ${path} is damaged; restore it from a backup`),
    );
    await damaged.close();
  });
});

async function signIn(store: Store, subject: string): Promise<boolean> {
  await insertPool(store, poolId);
  const identityId = newIdentityId('us-east-1');
  const addLogins = [{ provider: 'p', subject, identityId }];
  return store.applyIdentityChange({ poolId, at: 1000, create: [identityId], addLogins });
}

/** The lines a child prints; after so many of them it is killed with SIGKILL. */
async function acknowledgements(child: ChildProcess, killAfter = Infinity): Promise<[string, string][]> {
  const exited = once(child, 'exit');
  const acknowledged: [string, string][] = [];
  if (child.stdout === null) throw new Error('The child has no stdout');
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(JSON.parse(line));
    if (acknowledged.length === killAfter) child.kill('SIGKILL');
  }
  await exited;
  return acknowledged;
}

/** The superuser may write everywhere; so the action runs as nobody then. */
async function asUnprivileged(action: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return action();
  const nobody = 65_534;
  await chown(folder, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    await action();
  } finally {
    process.seteuid?.(0);
  }
}
