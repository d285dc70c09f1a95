import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig, Pool, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
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
import { isConflict, isMadeMeanwhile, isMissingTable, postgresFault } from './postgres-faults.ts';
import { relationalStore } from './relational.ts';
import { type Store, StoreUnavailable } from './store.ts';

/** Milliseconds. The server gives up before its client does, so that the client learns why. */
const timeouts = { connect: 5_000, statement: 10_000, answer: 15_000, migration: 600_000, close: 5_000 };

/** A server takes 100 connections by default, which several nodes with several workers have to share. */
const maxConnections = 10;

/** How often something runs that is undone again and again because of others at the same time. */
const maxAttempts = 12;

const dialect: Dialect = {
  // Whatever the collation of the database.
  text: 'TEXT COLLATE "C"',
  integer: 'BIGINT',
  keyedTable: '',
  keepRows: ' FOR KEY SHARE',
  among: (column) => `${column} IN (SELECT json_array_elements_text(CAST(? AS JSON)))`,
};

/**
 * The store in PostgreSQL or a distributed database that speaks its protocol. `url` is
 * `postgres://user:password@host:port/database`; its parameter `connect_timeout` is in seconds, as for libpq. What
 * a commit survives is what the server's `synchronous_commit` says.
 * Throws `StoreUnavailable` when the server does not answer or the database belongs to a newer Daypass.
 */
export async function openPostgresStore({ url }: { url: string }): Promise<Store> {
  if (!URL.canParse(url)) throw new StoreUnavailable('The URL of the PostgreSQL database is not valid');
  const { host, pathname, searchParams } = new URL(url);
  const name = `The database ${host}${pathname}`;
  const connection: ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: Number(searchParams.get('connect_timeout')) * 1000 || timeouts.connect,
    application_name: 'daypass',
    keepAlive: true,
  };
  try {
    await migrate(new Client({ ...connection, query_timeout: timeouts.migration }), name);
  } catch (error) {
    throw postgresFault(name, error);
  }
  const pool = new Pool({
    ...connection,
    max: maxConnections,
    // The statements of a transaction are sent together: it takes two round trips, however many there are.
    pipeline: true,
    statement_timeout: timeouts.statement,
    idle_in_transaction_session_timeout: timeouts.statement,
    query_timeout: timeouts.answer,
  });
  return relationalStore(new PostgresDatabase(pool, name));
}

/**
 * Brings the schema up to date. Who holds the row of the schema version may do it: a row lock, since not every
 * database that speaks PostgreSQL's protocol has advisory locks.
 */
async function migrate(client: Client, name: string): Promise<void> {
  // Without a listener the loss of the connection would end the process; the query on it fails anyway.
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>('SELECT version()');
    // CockroachDB sorts by bytes anyway, and does not compare texts that have a collation with others.
    const schema = rows[0]?.version.includes('CockroachDB') ? { ...dialect, text: 'TEXT' } : dialect;
    const pending = async (readVersion: string) =>
      pendingMigrations(await schemaVersion(client, readVersion), schema, name);
    await repeated(
      async () => {
        if ((await pending(readSchemaVersion)).length === 0) return;
        for (const statement of prepareSchemaVersion) await client.query(statement);
        await client.query('BEGIN');
        try {
          const statements = await pending(`${readSchemaVersion} FOR UPDATE`);
          for (const statement of statements) await client.query(statement);
          await client.query('COMMIT');
        } catch (error) {
          await client.query('ROLLBACK');
          throw error;
        }
      },
      (error) => isConflict(error) || isMadeMeanwhile(error),
    );
  } finally {
    await farewell(client.end());
  }
}

/** 0 in a database that never had one. */
async function schemaVersion(client: Client, query: string): Promise<number> {
  try {
    const { rows } = await client.query<{ version: number }>(query);
    return rows[0]?.version ?? 0;
  } catch (error) {
    if (isMissingTable(error)) return 0;
    throw error;
  }
}

class PostgresDatabase implements Database {
  readonly dialect = dialect;
  readonly #pool: Pool;
  /** The database as messages name it: without user and password. */
  readonly #name: string;
  /** The prepared statement for each text with `?` parameters. */
  readonly #prepared = new Map<string, { name: string; text: string }>();
  #closed: Promise<void> | undefined;

  constructor(pool: Pool, name: string) {
    this.#pool = pool;
    this.#name = name;
    // As above; a connection that is lost while idle just leaves the pool.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
  }

  async first(sql: string, parameters: readonly Parameter[]): Promise<Row | undefined> {
    return (await this.all(sql, parameters))[0];
  }

  async all(sql: string, parameters: readonly Parameter[]): Promise<readonly Row[]> {
    const query = this.#query(sql, parameters);
    return this.#run(async () => (await this.#pool.query<Row>(query)).rows);
  }

  async write(steps: readonly Step[]): Promise<readonly StepResult[] | undefined> {
    const queries = steps.map(({ sql, parameters }) => this.#query(sql, parameters));
    const [first, ...others] = queries;
    if (first === undefined) return [];
    return this.#run(async () => {
      if (others.length > 0) return this.#transaction(steps, queries);
      // A statement alone is a transaction; and when it changed nothing, there is nothing to undo.
      return outcome(steps, [await this.#pool.query<Row>(first)]);
    });
  }

  async #transaction(
    steps: readonly Step[],
    queries: readonly QueryConfig[],
  ): Promise<readonly StepResult[] | undefined> {
    const client = await this.#pool.connect();
    let usable = false;
    try {
      const results = outcome(steps, await sendTogether(client, queries));
      await client.query(results === undefined ? 'ROLLBACK' : 'COMMIT');
      usable = true;
      return results;
    } catch (error) {
      if (isConflict(error)) {
        await client.query('ROLLBACK');
        usable = true;
      }
      throw error;
    } finally {
      // After any other failure the state of the connection is not known.
      client.release(!usable);
    }
  }

  async #run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw new StoreUnavailable(`${this.#name} is closed`);
    try {
      return await repeated(action, isConflict);
    } catch (error) {
      throw postgresFault(this.#name, error);
    }
  }

  #query(sql: string, parameters: readonly Parameter[]): QueryConfig {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      let count = 0;
      prepared = { name: `daypass_${this.#prepared.size}`, text: sql.replaceAll('?', () => `$${++count}`) };
      this.#prepared.set(sql, prepared);
    }
    return { ...prepared, values: [...storable(parameters)] };
  }

  close(): Promise<void> {
    this.#closed ??= farewell(this.#pool.end());
    return this.#closed;
  }
}

/** A server that is gone does not say goodbye. */
function farewell(ending: Promise<void>): Promise<void> {
  return Promise.race([ending, sleep(timeouts.close, undefined, { ref: false })]);
}

/** Begins a transaction with these statements, in one round trip. */
async function sendTogether(
  client: PoolClient,
  queries: readonly QueryConfig[],
): Promise<readonly QueryResult<Row>[]> {
  const sent = [{ text: 'BEGIN' }, ...queries].map((query) => client.query<Row>(query));
  const answers = (await Promise.allSettled(sent)).map((answer) => {
    // The first failure is the reason; those after it only say that the transaction has failed.
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
  return answers.slice(1);
}

/** Undefined when a statement that must change a row changed none. */
function outcome(
  steps: readonly Step[],
  answers: readonly QueryResult<Row>[],
): readonly StepResult[] | undefined {
  const results = answers.map(({ rowCount, rows }) => ({ changed: rowCount ?? 0, rows }));
  return steps.some(({ mustChange }, n) => mustChange && results[n]?.changed === 0) ? undefined : results;
}

/** Runs an action again while it fails only because of others at the same time. */
async function repeated<T>(action: () => Promise<T>, mayRepeat: (error: unknown) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (attempt === maxAttempts || !mayRepeat(error)) throw error;
    }
    await sleep(Math.random() * Math.min(2 ** attempt, 500));
  }
}
