import type { Clock } from '../../clock.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { KeyAttribute } from './values.ts';

/** The partition keys of a table and of its indexes; undefined where there is not exactly one. */
export interface TableKeys {
  readonly table: KeyAttribute | undefined;
  readonly indexes: ReadonlyMap<string, KeyAttribute | undefined>;
}

const maxTables = 1000;
/** A table that was replaced by one with another key under the same name is noticed after this time, in milliseconds. */
const freshFor = 60_000;
/** An index missing from what we know may just have been made; asked for again at most this often, in milliseconds. */
const missingIndexFreshFor = 1_000;

interface Entry {
  readonly learntAt: number;
  readonly keys: Promise<TableKeys | undefined>;
}

/** What the gateway knows of the backend's tables, learnt by DescribeTable, for a bounded number of tables and time. */
export class KeySchemas {
  readonly #describeTable: (tableName: string) => Promise<unknown>;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  /** `describeTable` gives the answer's body, or undefined when there is no such table. */
  constructor(describeTable: (tableName: string) => Promise<unknown>, clock: Clock) {
    this.#describeTable = describeTable;
    this.#clock = clock;
  }

  /** The partition key of a table, or of one of its indexes; undefined when the backend does not say. */
  async partitionKey(tableName: string, indexName?: string): Promise<KeyAttribute | undefined> {
    const keys = await this.#keys(tableName, freshFor);
    if (indexName === undefined) return keys?.table;
    if (keys?.indexes.has(indexName)) return keys.indexes.get(indexName);
    return (await this.#keys(tableName, missingIndexFreshFor))?.indexes.get(indexName);
  }

  forget(tableName: string): void {
    this.#entries.delete(tableName);
  }

  #keys(tableName: string, maxAge: number): Promise<TableKeys | undefined> {
    const known = this.#entries.get(tableName);
    if (known !== undefined && this.#clock.now() - known.learntAt < maxAge) return known.keys;
    const keys = this.#learn(tableName);
    this.#entries.delete(tableName);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= maxTables && oldest.done !== true) this.#entries.delete(oldest.value);
    this.#entries.set(tableName, { learntAt: this.#clock.now(), keys });
    return keys;
  }

  /** One question per table at a time; an answer without keys, or none, is not kept. */
  async #learn(tableName: string): Promise<TableKeys | undefined> {
    try {
      const keys = readTableKeys(await this.#describeTable(tableName));
      if (keys === undefined) this.forget(tableName);
      return keys;
    } catch (error) {
      this.forget(tableName);
      throw error;
    }
  }
}

/** Reads the answer of DescribeTable. */
function readTableKeys(answer: unknown): TableKeys | undefined {
  const table = isJsonObject(answer) ? answer.Table : undefined;
  if (!isJsonObject(table)) return undefined;
  const types = new Map(
    objects(table.AttributeDefinitions).map((definition) => [
      definition.AttributeName,
      definition.AttributeType,
    ]),
  );
  const partitionKey = (owner: JsonObject): KeyAttribute | undefined => {
    const hashes = objects(owner.KeySchema).filter((element) => element.KeyType === 'HASH');
    const name = hashes[0]?.AttributeName;
    const type = types.get(name);
    // An index whose partition key is made of several attributes has no single leading key.
    if (hashes.length !== 1 || typeof name !== 'string') return undefined;
    return type === 'S' || type === 'N' || type === 'B' ? { name, type } : undefined;
  };
  const indexes = new Map<string, KeyAttribute | undefined>();
  for (const index of [...objects(table.LocalSecondaryIndexes), ...objects(table.GlobalSecondaryIndexes)]) {
    if (typeof index.IndexName === 'string') indexes.set(index.IndexName, partitionKey(index));
  }
  return { table: partitionKey(table), indexes };
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
