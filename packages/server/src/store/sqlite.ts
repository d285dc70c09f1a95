import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Database,
  type Dialect,
  type Parameter,
  type Row,
  type Step,
  type StepResult,
  storable,
} from './database.ts';
import { pendingMigrations, prepareSchemaVersion, readSchemaVersion } from './migrations.ts';
import { relationalStore } from './relational.ts';
import { isLocked, sqliteFault } from './sqlite-faults.ts';
import type { Store } from './store.ts';

/** How long to wait for the locks of other processes, in milliseconds. */
const lockTimeout = 10_000;

/** The most writes in one commit: at 50 to 80 µs each, nothing else in the process waits longer than about 10 ms. */
const maxBatch = 128;

/** More different statements than the store has; there only so that there is a bound. */
const maxPrepared = 500;

const dialect: Dialect = {
  // The default collation compares bytes.
  text: 'TEXT',
  integer: 'INTEGER',
  keyedTable: ' WITHOUT ROWID',
  // There is one writer at a time.
  keepRows: '',
  among: (column) => `${column} IN (SELECT value FROM json_each(?))`,
};

/**
 * The store in one file on this machine; several processes may have it open. `path` is the file, made with mode
 * 0600 when absent, or `:memory:`. Throws `StoreUnavailable` when the file cannot be opened, is no intact database
 * or belongs to a newer Daypass.
 */
export async function openSqliteStore({ path }: { path: string }): Promise<Store> {
  return relationalStore(await SqliteDatabase.open(path));
}

interface PendingWrite {
  readonly steps: readonly Step[];
  readonly resolve: (results: readonly StepResult[] | undefined) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteDatabase implements Database {
  readonly dialect = dialect;
  readonly #connection: DatabaseSync;
  /** The database as messages name it. */
  readonly #name: string;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #pending: PendingWrite[] = [];
  #committing: Promise<void> | undefined;

  private constructor(connection: DatabaseSync, name: string) {
    this.#connection = connection;
    this.#name = name;
  }

  static async open(path: string): Promise<SqliteDatabase> {
    const name = path === ':memory:' ? 'The database in memory' : `The database ${resolve(path)}`;
    let connection: DatabaseSync | undefined;
    try {
      // Made here because SQLite would let everyone on the machine read it.
      if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
      connection = new DatabaseSync(path, { timeout: 0 });
      const database = new SqliteDatabase(connection, name);
      await whenUnlocked(() => database.#configure());
      await whenUnlocked(() => database.#migrate());
      return database;
    } catch (error) {
      connection?.close();
      throw sqliteFault(name, error);
    }
  }

  #configure(): void {
    this.#connection.exec('PRAGMA journal_mode = WAL');
    // An acknowledged write survives a loss of power, not only the end of the process.
    this.#connection.exec('PRAGMA synchronous = FULL');
    // 64 MiB of pages in memory; and the log of a burst of writes is cut back to as much.
    this.#connection.exec('PRAGMA cache_size = -65536');
    this.#connection.exec('PRAGMA journal_size_limit = 67108864');
  }

  #migrate(): void {
    this.#run('BEGIN IMMEDIATE');
    try {
      for (const statement of prepareSchemaVersion) this.#connection.exec(statement);
      const version = Number(this.#connection.prepare(readSchemaVersion).get()?.version);
      const pending = pendingMigrations(version, dialect, this.#name);
      for (const statement of pending) this.#connection.exec(statement);
      this.#run('COMMIT');
    } finally {
      if (this.#connection.isTransaction) this.#run('ROLLBACK');
    }
  }

  first(sql: string, parameters: readonly Parameter[]): Promise<Row | undefined> {
    return this.#read(() => this.#prepare(sql).get(...storable(parameters)));
  }

  all(sql: string, parameters: readonly Parameter[]): Promise<readonly Row[]> {
    return this.#read(() => this.#prepare(sql).all(...storable(parameters)));
  }

  async #read<T>(query: () => T): Promise<T> {
    try {
      return query();
    } catch (error) {
      if (!isLocked(error)) throw sqliteFault(this.#name, error);
    }
    // Readers meet a lock only while another process opens, recovers or closes the file.
    return whenUnlocked(query).catch((error: unknown) => {
      throw sqliteFault(this.#name, error);
    });
  }

  /**
   * Writes that arrive while a commit is due share it, since making a commit durable costs many times what its
   * statements do. Each of them still succeeds or fails alone.
   */
  write(steps: readonly Step[]): Promise<readonly StepResult[] | undefined> {
    return new Promise((resolve, reject) => {
      for (const { parameters } of steps) storable(parameters);
      this.#pending.push({ steps, resolve, reject });
      this.#committing ??= this.#commitPending();
    });
  }

  async #commitPending(): Promise<void> {
    while (this.#pending.length > 0) {
      // Everything that this turn of the event loop still brings joins the commit.
      await new Promise(setImmediate);
      try {
        await whenUnlocked(() => this.#run('BEGIN IMMEDIATE'));
        this.#commit(this.#pending.splice(0, maxBatch));
      } catch (error) {
        rejectAll(this.#pending.splice(0), sqliteFault(this.#name, error));
      }
    }
    this.#committing = undefined;
  }

  #commit(batch: readonly PendingWrite[]): void {
    try {
      const outcomes = batch.map((write) => this.#attempt(write));
      this.#run('COMMIT');
      for (const settle of outcomes) settle();
    } catch (error) {
      rejectAll(batch, sqliteFault(this.#name, error));
    } finally {
      if (this.#connection.isTransaction) this.#run('ROLLBACK');
    }
  }

  /** Runs one write within the transaction of its batch; what is returned settles it once that is durable. */
  #attempt({ steps, resolve, reject }: PendingWrite): () => void {
    this.#run('SAVEPOINT attempt');
    try {
      const results = this.#runSteps(steps);
      if (results === undefined) this.#run('ROLLBACK TO attempt');
      this.#run('RELEASE attempt');
      return () => resolve(results);
    } catch (error) {
      // A full disk and the like end the whole transaction, and with it the batch.
      if (!this.#connection.isTransaction) throw error;
      this.#run('ROLLBACK TO attempt');
      this.#run('RELEASE attempt');
      return () => reject(sqliteFault(this.#name, error));
    }
  }

  #runSteps(steps: readonly Step[]): readonly StepResult[] | undefined {
    const results: StepResult[] = [];
    for (const { sql, parameters, mustChange, returning } of steps) {
      const statement = this.#prepare(sql);
      const rows = returning ? statement.all(...parameters) : [];
      const changed = returning ? rows.length : Number(statement.run(...parameters).changes);
      if (mustChange && changed === 0) return undefined;
      results.push({ changed, rows });
    }
    return results;
  }

  #run(sql: string): void {
    this.#prepare(sql).run();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      if (this.#prepared.size >= maxPrepared) this.#prepared.clear();
      statement = this.#connection.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  async close(): Promise<void> {
    await this.#committing;
    this.#prepared.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }
}

function rejectAll(writes: readonly PendingWrite[], failure: Error): void {
  for (const { reject } of writes) reject(failure);
}

/**
 * Runs an action again until no other process's lock is in its way. Waiting here instead of in SQLite's own
 * busy handler leaves the event loop free, and more writes gather for the commit meanwhile.
 */
async function whenUnlocked<T>(action: () => T): Promise<T> {
  const deadline = performance.now() + lockTimeout;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error;
    }
    await sleep(1 + Math.random() * 3);
  }
}
