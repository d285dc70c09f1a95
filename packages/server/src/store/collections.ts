import { type Database, keyParts, type Row } from './database.ts';
import type { Collection } from './store.ts';

/** The collection kept in the table of the same name. */
export function openCollection<T>(database: Database, name: string): Collection<T> {
  const columns = 'id, value, version';
  const sql = {
    get: `SELECT ${columns} FROM ${name} WHERE id = ?`,
    list: `SELECT ${columns} FROM ${name} ORDER BY id LIMIT ?`,
    listAfter: `SELECT ${columns} FROM ${name} WHERE id > ? ORDER BY id LIMIT ?`,
    insert: `INSERT INTO ${name} (${columns}) VALUES (?, ?, 1) ON CONFLICT DO NOTHING`,
    replace: `UPDATE ${name} SET value = ?, version = version + 1 WHERE id = ? AND version = ?`,
    delete: `DELETE FROM ${name} WHERE id = ?`,
    deleteVersion: `DELETE FROM ${name} WHERE id = ? AND version = ?`,
  };

  async function changesOne(statement: string, parameters: readonly (string | number)[]): Promise<boolean> {
    return (await database.write([{ sql: statement, parameters, mustChange: true }])) !== undefined;
  }

  return {
    async get(key) {
      const row = await database.first(sql.get, [key]);
      return row && { value: JSON.parse(String(row.value)), version: Number(row.version) };
    },
    async list({ after, limit }) {
      const rows =
        after === undefined
          ? await database.all(sql.list, [limit])
          : await database.all(sql.listAfter, [after, limit]);
      return rows.map((row: Row) => ({
        key: String(row.id),
        value: JSON.parse(String(row.value)),
        version: Number(row.version),
      }));
    },
    async insert(key, value) {
      return changesOne(sql.insert, [...keyParts(key), JSON.stringify(value)]);
    },
    async replace(key, value, expectedVersion) {
      return changesOne(sql.replace, [JSON.stringify(value), key, expectedVersion]);
    },
    async delete(key, expectedVersion) {
      return expectedVersion === undefined
        ? changesOne(sql.delete, [key])
        : changesOne(sql.deleteVersion, [key, expectedVersion]);
    },
  };
}
