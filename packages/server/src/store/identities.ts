import type { IdentityId, PoolId } from '../ids.ts';
import { type Database, type Dialect, keyParts, type Row, type Step } from './database.ts';
import type { IdentityChange, IdentityRecord, IdentityWithLogins, LoginOwner, LoginRecord } from './store.ts';

const identityColumns = [
  'identity_id',
  'pool_id',
  'enabled',
  'created_at',
  'modified_at',
  'last_seen_at',
  'version',
] as const;

const columns = identityColumns.join(', ');

/** The columns of an identity in a query where `alias` is its table. */
export function columnsOf(alias: string): string {
  return identityColumns.map((column) => `${alias}.${column}`).join(', ');
}

const ofLogin = 'pool_id = ? AND subject = ? AND provider = ?';

const sql = {
  ofLogin: `SELECT i.identity_id, i.enabled FROM logins l JOIN identities i ON i.identity_id = l.identity_id
    WHERE l.pool_id = ? AND l.subject = ? AND l.provider = ?`,
  get: `SELECT ${columns} FROM identities WHERE identity_id = ?`,
  getWithLogins: `SELECT ${columnsOf('i')}, l.provider, l.subject
    FROM identities i LEFT JOIN logins l ON l.identity_id = i.identity_id
    WHERE i.identity_id = ? ORDER BY l.provider, l.subject`,
  /** Into a pool that there is, and that is not deleted before the identity is there to be deleted with it. */
  create: ({ keepRows, integer }: Dialect) =>
    `INSERT INTO identities (${columns})
    SELECT ?, id, 1, CAST(? AS ${integer}), CAST(? AS ${integer}), CAST(? AS ${integer}), 1
    FROM pools WHERE id = ?${keepRows} ON CONFLICT DO NOTHING`,
  update: `UPDATE identities SET enabled = ?, modified_at = ?, version = version + 1
    WHERE identity_id = ? AND pool_id = ? AND version = ?`,
  // Locks the row too: an identity that is being deleted gets no login that would outlive it.
  modify: 'UPDATE identities SET modified_at = ? WHERE identity_id = ? AND pool_id = ?',
  addLogin: `INSERT INTO logins (pool_id, subject, provider, identity_id) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  moveLogin: `UPDATE logins SET identity_id = ? WHERE ${ofLogin} AND identity_id = ?`,
  removeLogin: `DELETE FROM logins WHERE ${ofLogin} AND identity_id = ?`,
  someOfPool: 'SELECT identity_id FROM identities WHERE pool_id = ? ORDER BY identity_id LIMIT ?',
};

export async function findLogin(
  database: Database,
  poolId: PoolId,
  provider: string,
  subject: string,
): Promise<LoginOwner | undefined> {
  const row = await database.first(sql.ofLogin, [poolId, subject, provider]);
  return row && { identityId: row.identity_id as IdentityId, enabled: Number(row.enabled) === 1 };
}

export async function getIdentity(
  database: Database,
  identityId: IdentityId,
): Promise<IdentityRecord | undefined> {
  const row = await database.first(sql.get, [identityId]);
  return row && identityRecord(row);
}

export async function getIdentityWithLogins(
  database: Database,
  identityId: IdentityId,
): Promise<IdentityWithLogins | undefined> {
  return identitiesWithLogins(await database.all(sql.getWithLogins, [identityId]))[0];
}

export async function applyIdentityChange(database: Database, change: IdentityChange): Promise<boolean> {
  return (await database.write(stepsOf(database.dialect, change))) !== undefined;
}

function stepsOf(dialect: Dialect, change: IdentityChange): readonly Step[] {
  const { poolId, at, create = [], update = [], addLogins = [], moveLogins = [], removeLogins = [] } = change;
  const created = sql.create(dialect);
  const written = new Set([...create, ...update.map(({ identityId }) => identityId)]);
  const receiving = new Set([
    ...addLogins.map((login) => login.identityId),
    ...moveLogins.map(({ to }) => to),
  ]);
  const one = (statement: string, ...parameters: readonly (string | number)[]): Step => ({
    sql: statement,
    parameters,
    mustChange: true,
  });
  const key = ({ provider, subject }: { provider: string; subject: string }) =>
    keyParts(poolId, subject, provider);
  return [
    ...create.map((identityId) => one(created, identityId, at, at, at, poolId)),
    ...update.map(({ identityId, expectedVersion, enabled }) =>
      one(sql.update, enabled ? 1 : 0, at, identityId, poolId, expectedVersion),
    ),
    ...[...receiving]
      .filter((identityId) => !written.has(identityId))
      .map((identityId) => one(sql.modify, at, identityId, poolId)),
    ...removeLogins.map((login) => one(sql.removeLogin, ...key(login), login.identityId)),
    ...moveLogins.map((login) => one(sql.moveLogin, login.to, ...key(login), login.from)),
    ...addLogins.map((login) => one(sql.addLogin, ...key(login), login.identityId)),
  ];
}

/** So many identities at a time: a batch stays far below every time limit and holds no lock for long. */
const batchSize = 500;

export async function deleteIdentities(
  database: Database,
  identityIds: readonly IdentityId[],
): Promise<readonly IdentityId[]> {
  const deleted: IdentityId[] = [];
  for (const batch of batches(identityIds)) deleted.push(...(await deleteBatch(database, batch)));
  return deleted;
}

export async function deleteIdleGuests(
  database: Database,
  identityIds: readonly IdentityId[],
  before: number,
): Promise<readonly IdentityId[]> {
  const { among } = database.dialect;
  // Whoever links a login changes modified_at in the same transaction: a database that waits for that transaction looks
  // at the row again, though not at the logins.
  const sql = `DELETE FROM identities
    WHERE ${among('identity_id')} AND last_seen_at < ? AND modified_at < ?
    AND NOT EXISTS (SELECT 1 FROM logins WHERE logins.identity_id = identities.identity_id)
    RETURNING identity_id`;
  const deleted: IdentityId[] = [];
  for (const batch of batches(identityIds)) {
    const parameters = [JSON.stringify(batch), before, before];
    const results = await database.write([{ sql, parameters, returning: true }]);
    deleted.push(...(results?.[0]?.rows.map((row) => row.identity_id as IdentityId) ?? []));
  }
  return deleted;
}

export async function deleteIdentitiesOfPool(database: Database, poolId: PoolId): Promise<void> {
  for (;;) {
    const rows = await database.all(sql.someOfPool, [poolId, batchSize]);
    if (rows.length === 0) return;
    await deleteBatch(
      database,
      rows.map((row) => row.identity_id as IdentityId),
    );
  }
}

async function deleteBatch(
  database: Database,
  identityIds: readonly IdentityId[],
): Promise<readonly IdentityId[]> {
  const { among } = database.dialect;
  const parameters = [JSON.stringify(identityIds)];
  // Identities first: their row locks make a change that adds a login to one of them wait and then fail.
  const results = await database.write([
    {
      sql: `DELETE FROM identities WHERE ${among('identity_id')} RETURNING identity_id`,
      parameters,
      returning: true,
    },
    { sql: `DELETE FROM logins WHERE ${among('identity_id')}`, parameters },
  ]);
  return results?.[0]?.rows.map((row) => row.identity_id as IdentityId) ?? [];
}

export async function touchIdentities(
  database: Database,
  identityIds: readonly IdentityId[],
  at: number,
): Promise<void> {
  const { among } = database.dialect;
  const statement = `UPDATE identities SET last_seen_at = ? WHERE ${among('identity_id')} AND last_seen_at < ?`;
  for (const batch of batches(identityIds)) {
    await database.write([{ sql: statement, parameters: [at, JSON.stringify(batch), at] }]);
  }
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}

function identityRecord(row: Row): IdentityRecord {
  return {
    identityId: row.identity_id as IdentityId,
    poolId: row.pool_id as PoolId,
    enabled: Number(row.enabled) === 1,
    createdAt: Number(row.created_at),
    modifiedAt: Number(row.modified_at),
    lastSeenAt: Number(row.last_seen_at),
    version: Number(row.version),
  };
}

/** From the rows of identities outer-joined with their logins: rows of one identity follow each other. */
export function identitiesWithLogins(rows: readonly Row[]): readonly IdentityWithLogins[] {
  const identities: (IdentityRecord & { logins: LoginRecord[] })[] = [];
  for (const row of rows) {
    let identity = identities.at(-1);
    if (identity?.identityId !== row.identity_id) {
      identity = { ...identityRecord(row), logins: [] };
      identities.push(identity);
    }
    if (row.provider !== null && identity !== undefined) {
      identity.logins.push({
        provider: String(row.provider),
        subject: String(row.subject),
        identityId: identity.identityId,
      });
    }
  }
  return identities;
}
