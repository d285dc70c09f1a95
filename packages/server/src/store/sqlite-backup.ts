import { constants, copyFile, rename, rm, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from './store.ts';

/**
 * Writes a copy of a database that others go on using: the state of one moment, compacted, mode 0600. Throws
 * `StoreUnavailable` when `target` is there already or `path` is no intact database.
 */
export async function backUpSqlite(path: string, target: string): Promise<void> {
  await mustNotExist(target);
  const draft = `${target}.partial`;
  await rm(draft, { force: true });
  const connection = open(path);
  const umask = process.umask(0o077);
  try {
    connection.prepare('VACUUM INTO ?').run(draft);
    mustBeIntact(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error instanceof StoreUnavailable ? error : unusable(path, error);
  } finally {
    process.umask(umask);
    connection.close();
  }
}

/**
 * Puts a backup where a service will look for its database. Throws `StoreUnavailable` when there is a database already,
 * or the backup is damaged.
 */
export async function restoreSqlite(backup: string, path: string): Promise<void> {
  mustBeIntact(backup);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) await mustNotExist(file);
  const draft = `${path}.partial`;
  const umask = process.umask(0o077);
  try {
    await copyFile(backup, draft, constants.COPYFILE_FICLONE);
    await rename(draft, path);
  } finally {
    process.umask(umask);
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  } catch (error) {
    throw unusable(path, error);
  }
}

function mustBeIntact(path: string): void {
  const connection = open(path);
  try {
    const [row] = connection.prepare('PRAGMA integrity_check(1)').all();
    const schema = connection
      .prepare("SELECT count(*) AS found FROM sqlite_schema WHERE name = 'identities'")
      .get();
    if (row?.integrity_check !== 'ok') throw new Error(String(row?.integrity_check));
    if (schema?.found !== 1) throw new Error('it is no database of Daypass');
  } catch (error) {
    throw unusable(path, error);
  } finally {
    connection.close();
  }
}

async function mustNotExist(path: string): Promise<void> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (there) throw new StoreUnavailable(`${path} is there already`);
}

function unusable(path: string, cause: unknown): StoreUnavailable {
  return new StoreUnavailable(
    `The database ${path} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );
}
