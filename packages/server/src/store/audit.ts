import type { Database, Row } from './database.ts';
import type { AuditEntry } from './store.ts';

const columns = 'id, at, request_id, event';
const sql = {
  append: `INSERT INTO audit (${columns}) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  newest: `SELECT ${columns} FROM audit ORDER BY id DESC LIMIT ?`,
  before: `SELECT ${columns} FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?`,
  ofRequest: `SELECT ${columns} FROM audit WHERE request_id = ? ORDER BY id DESC`,
  prune: 'DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < ? ORDER BY id LIMIT ?)',
};

/** Appending an entry again, after an answer was lost, changes nothing. */
export async function appendAudit(database: Database, entries: readonly AuditEntry[]): Promise<void> {
  await database.write(
    entries.map(({ id, at, requestId, event }) => ({
      sql: sql.append,
      parameters: [id, at, requestId, JSON.stringify(event)],
    })),
  );
}

export async function listAudit(
  database: Database,
  { before, limit }: { before?: string; limit: number },
): Promise<readonly AuditEntry[]> {
  const rows =
    before === undefined
      ? await database.all(sql.newest, [limit])
      : await database.all(sql.before, [before, limit]);
  return rows.map(auditEntry);
}

export async function auditOfRequest(database: Database, requestId: string): Promise<readonly AuditEntry[]> {
  return (await database.all(sql.ofRequest, [requestId])).map(auditEntry);
}

export async function pruneAudit(
  database: Database,
  { before, limit }: { before: string; limit: number },
): Promise<number> {
  const results = await database.write([{ sql: sql.prune, parameters: [before, limit] }]);
  return results?.[0]?.changed ?? 0;
}

function auditEntry(row: Row): AuditEntry {
  return {
    id: String(row.id),
    at: Number(row.at),
    requestId: String(row.request_id),
    event: JSON.parse(String(row.event)),
  };
}
