import { setImmediate as otherWork } from 'node:timers/promises';
import type { IdentityId } from '../ids.ts';
import type { Database, Parameter } from './database.ts';
import { columnsOf, identitiesWithLogins } from './identities.ts';
import type { IdentityQuery, IdentityWithLogins } from './store.ts';

/** SQL that is true or false, with the parameters it takes. `i` is the identity, `l` a login. */
interface Condition {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/**
 * The most identities or logins one statement looks at: a rare match in a pool of ten millions must neither
 * stop an embedded database's process for seconds nor run into a server's statement time-out.
 */
const stretch = 10_000;

export async function findIdentities(
  database: Database,
  query: IdentityQuery,
): Promise<readonly IdentityWithLogins[]> {
  const { poolId, provider, subject, subjectPrefix, limit } = query;
  const inPool = condition('i.pool_id = ?', poolId);
  const subjects = subjectConditions(query);
  const logins = [...subjects, ...(provider === undefined ? [] : [condition('l.provider = ?', provider)])];

  if (subjects.length > 0 && (await areFew(database, query, subjects))) {
    const found = belongsToOne([condition('l.pool_id = ?', poolId), ...logins]);
    return page(database, [inPool, ...idRange(query), found, ...recordConditions(query)], limit);
  }
  const needsLogin = provider !== undefined || subject !== undefined || subjectPrefix !== undefined;
  const filters = [...(needsLogin ? [hasOne(logins)] : []), ...recordConditions(query)];
  if (filters.length === 0) return page(database, [inPool, ...idRange(query)], limit);
  return walk(database, inPool, filters, query);
}

/** Reads the pool stretch by stretch, in the order of the ids, until enough identities are found. */
async function walk(
  database: Database,
  inPool: Condition,
  filters: readonly Condition[],
  query: IdentityQuery,
): Promise<readonly IdentityWithLogins[]> {
  const found: IdentityWithLogins[] = [];
  let range = [inPool, ...idRange(query)];
  for (;;) {
    const last = await database.first(
      `SELECT i.identity_id FROM identities i ${where(range)} ORDER BY i.identity_id LIMIT 1 OFFSET ?`,
      [...parametersOf(range), stretch - 1],
    );
    const after = last?.identity_id as IdentityId | undefined;
    const end = after === undefined ? [] : [condition('i.identity_id <= ?', after)];
    found.push(...(await page(database, [...range, ...end, ...filters], query.limit - found.length)));
    if (after === undefined || found.length >= query.limit) return found;
    range = [inPool, ...idRange({ ...query, after })];
    await otherWork();
  }
}

async function page(
  database: Database,
  conditions: readonly Condition[],
  limit: number,
): Promise<readonly IdentityWithLogins[]> {
  const columns = columnsOf('i');
  const rows = await database.all(
    `SELECT ${columns}, l.provider, l.subject
    FROM (SELECT ${columns} FROM identities i ${where(conditions)} ORDER BY i.identity_id LIMIT ?) i
    LEFT JOIN logins l ON l.identity_id = i.identity_id
    ORDER BY i.identity_id, l.provider, l.subject`,
    [...parametersOf(conditions), limit],
  );
  return identitiesWithLogins(rows);
}

/** Whether it is cheaper to start from the logins with such a subject than from the identities. */
async function areFew(
  database: Database,
  query: IdentityQuery,
  subjects: readonly Condition[],
): Promise<boolean> {
  const conditions = [condition('l.pool_id = ?', query.poolId), ...subjects];
  const row = await database.first(
    `SELECT count(*) AS n FROM (SELECT l.subject FROM logins l ${where(conditions)} LIMIT ?) l`,
    [...parametersOf(conditions), stretch],
  );
  return Number(row?.n) < stretch;
}

function subjectConditions({ subject, subjectPrefix }: IdentityQuery): readonly Condition[] {
  return [
    ...(subject === undefined ? [] : [condition('l.subject = ?', subject)]),
    ...(subjectPrefix === undefined ? [] : startsWith('l.subject', subjectPrefix)),
  ];
}

function idRange({ after, identityIdPrefix = '' }: IdentityQuery): readonly Condition[] {
  return [
    // One lower bound, the greater, so that a later page does not read again from the start of the prefix.
    ...(after !== undefined && after >= identityIdPrefix
      ? [condition('i.identity_id > ?', after), ...below('i.identity_id', identityIdPrefix)]
      : startsWith('i.identity_id', identityIdPrefix)),
  ];
}

/** All of them or none, so that there are few different statements to prepare. */
function recordConditions({ enabled, created, lastSeen }: IdentityQuery): readonly Condition[] {
  if (enabled === undefined && created === undefined && lastSeen === undefined) return [];
  return [
    condition('i.enabled BETWEEN ? AND ?', enabled === true ? 1 : 0, enabled === false ? 0 : 1),
    ...[['i.created_at', created] as const, ['i.last_seen_at', lastSeen] as const].map(([column, range]) =>
      condition(
        `${column} >= ? AND ${column} < ?`,
        range?.from ?? Number.MIN_SAFE_INTEGER,
        range?.to ?? Number.MAX_SAFE_INTEGER,
      ),
    ),
  ];
}

/** The same as LIKE 'prefix%', but literal and always answered from the index. */
function startsWith(column: string, prefix: string): readonly Condition[] {
  return prefix === '' ? [] : [condition(`${column} >= ?`, prefix), ...below(column, prefix)];
}

/** Before everything that is greater than the texts with this prefix. */
function below(column: string, prefix: string): readonly Condition[] {
  const end = endOfPrefix(prefix);
  return end === undefined ? [] : [condition(`${column} < ?`, end)];
}

/**
 * The least text that is greater than every text with this prefix: its last code point goes up by one, since the
 * byte order of UTF-8 is the order of code points. Undefined when there is none.
 */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    // Surrogates (D800–DFFF) are no characters; 10FFFF is the last there is.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}

function belongsToOne(logins: readonly Condition[]): Condition {
  return {
    sql: `i.identity_id IN (SELECT l.identity_id FROM logins l ${where(logins)})`,
    parameters: parametersOf(logins),
  };
}

/** Read by the index on identity_id, and therefore without the pool, which is the identity's anyway. */
function hasOne(logins: readonly Condition[]): Condition {
  const ofIdentity = [condition('l.identity_id = i.identity_id'), ...logins];
  return { sql: `EXISTS (SELECT 1 FROM logins l ${where(ofIdentity)})`, parameters: parametersOf(logins) };
}

function condition(sql: string, ...parameters: readonly Parameter[]): Condition {
  return { sql, parameters };
}

function where(conditions: readonly Condition[]): string {
  return `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
}

function parametersOf(conditions: readonly Condition[]): readonly Parameter[] {
  return conditions.flatMap(({ parameters }) => parameters);
}
