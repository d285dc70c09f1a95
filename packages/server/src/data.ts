import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaypassOptions } from './config.ts';
import { startFailure } from './start-failure.ts';
import { openSqliteStore } from './store/sqlite.ts';
import { backUpSqlite, restoreSqlite } from './store/sqlite-backup.ts';
import { type Store, StoreUnavailable } from './store/store.ts';
import { exportLines, type Imported, importLines } from './store/transfer.ts';

/** Where the data is, as `startDaypass` takes it. */
export type DataOptions = Required<Pick<DaypassOptions, 'data'>> & Pick<DaypassOptions, 'store'>;

const databaseFile = 'daypass.sqlite';

/** The store in a data directory, in memory without one, or in PostgreSQL. Throws `StoreUnavailable`. */
export async function openStore({
  store = 'sqlite',
  data,
}: Pick<DaypassOptions, 'store' | 'data'>): Promise<Store> {
  if (store !== 'sqlite') {
    // Loaded when it is asked for: most installations never need the driver, and it is slow to start.
    const { openPostgresStore } = await import('./store/postgres.ts');
    return openPostgresStore({ url: store });
  }
  return openSqliteStore({ path: data === undefined ? ':memory:' : join(data, databaseFile) });
}

/** Copies the embedded database of a service that goes on to a new file. Throws `StartFailure`. */
export function backUpData({ data, store = 'sqlite' }: DataOptions, target: string): Promise<void> {
  return inWords(async () => {
    if (store !== 'sqlite')
      throw new StoreUnavailable('PostgreSQL is backed up with its own tools, pg_dump for one');
    await backUpSqlite(join(data, databaseFile), target);
  });
}

/** Puts a backup into a data directory that has no database yet. Throws `StartFailure`. */
export function restoreData({ data }: Pick<DataOptions, 'data'>, backup: string): Promise<void> {
  return inWords(async () => {
    await mkdir(data, { recursive: true, mode: 0o700 });
    await restoreSqlite(backup, join(data, databaseFile));
  });
}

/** Hands pools, providers, roles, policies, identities and logins to `write` as lines of JSON. Throws `StartFailure`. */
export function exportData(options: DataOptions, write: (line: string) => Promise<void>): Promise<void> {
  return withStore(options, async (store) => {
    for await (const line of exportLines(store)) await write(line);
  });
}

/** Adds the lines of an export to what is there. Throws `StartFailure`, `NotAnExport`. */
export function importData(options: DataOptions, lines: AsyncIterable<string>): Promise<Imported> {
  return withStore(options, (store) => importLines(store, lines));
}

function withStore<Result>(options: DataOptions, work: (store: Store) => Promise<Result>): Promise<Result> {
  return inWords(async () => {
    const store = await openStore(options);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  });
}

async function inWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw startFailure(error);
  }
}
