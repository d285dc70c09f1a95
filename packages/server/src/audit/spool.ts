import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Queue } from './outbox.ts';

/** Items that wait at most: about 600 MB of events. */
const capacity = 1_000_000;
/** Milliseconds to wait for the lock of another worker, which holds it for some microseconds. */
const lockTimeout = 500;

/**
 * A queue of JSON documents in a file that all workers share. What was put into it survives the end of the process, kill -9
 * included; the loss of power may cost the last moments, because nothing waits for the disk. Without a path it lives in memory.
 */
export function openSpool<Item>(path: string | undefined, most = capacity): Queue<Item> & { close(): void } {
  // Made here because SQLite would let everyone on the machine read it.
  if (path !== undefined) closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path ?? ':memory:', { timeout: lockTimeout });
  database.exec(
    `PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL)`,
  );
  // Ids ascend in the order of commits and are never used twice, so that two who deliver at once remove only what they delivered.
  const insert = database.prepare(
    'INSERT INTO events (event) SELECT ? WHERE (SELECT coalesce(max(id) - min(id) + 1, 0) FROM events) < ?',
  );
  const oldest = database.prepare('SELECT id, event FROM events ORDER BY id LIMIT ?');
  const remove = database.prepare('DELETE FROM events WHERE id <= ?');
  return {
    isKept: path !== undefined,
    put: (item) => insert.run(JSON.stringify(item), most).changes === 1,
    next(count) {
      const rows = oldest.all(count);
      const last = rows.at(-1);
      if (last === undefined) return undefined;
      return {
        items: rows.map(({ event }): Item => JSON.parse(String(event))),
        remove: () => void remove.run(Number(last.id)),
      };
    },
    close: () => database.close(),
  };
}
