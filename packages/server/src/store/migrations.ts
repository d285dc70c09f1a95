import type { Dialect } from './database.ts';
import { StoreUnavailable } from './store.ts';

/** The collections of the first schema. */
const firstCollections = [
  'pools',
  'roles',
  'policies',
  'users',
  'oidc_providers',
  'saml_providers',
  'access_keys',
  'keys',
  'revocations',
] as const;

/** Every collection of documents has a table of this name. */
export const collectionNames = [...firstCollections, 'used_assertions'] as const;

function collectionTable(name: string, { text, integer }: Pick<Dialect, 'text' | 'integer'>): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (id ${text} PRIMARY KEY, value TEXT NOT NULL, version ${integer} NOT NULL)`;
}

/**
 * The steps from an empty database to the present schema, each a list of statements. A step that was ever released
 * is never edited: a change is a new step at the end. Each statement may run again over its own result, because
 * some databases commit schema changes one by one even inside a transaction.
 */
const migrations: readonly ((dialect: Dialect) => readonly string[])[] = [
  ({ text, integer, keyedTable }) => [
    ...firstCollections.map((name) => collectionTable(name, { text, integer })),
    `CREATE TABLE IF NOT EXISTS identities (
      identity_id ${text} PRIMARY KEY, pool_id ${text} NOT NULL, enabled ${integer} NOT NULL,
      created_at ${integer} NOT NULL, modified_at ${integer} NOT NULL, last_seen_at ${integer} NOT NULL,
      version ${integer} NOT NULL
    )${keyedTable}`,
    'CREATE INDEX IF NOT EXISTS identities_of_pool ON identities (pool_id, identity_id)',
    // The subject stands before the provider so that the same key serves a search for a subject at any provider.
    `CREATE TABLE IF NOT EXISTS logins (
      pool_id ${text} NOT NULL, subject ${text} NOT NULL, provider ${text} NOT NULL, identity_id ${text} NOT NULL,
      PRIMARY KEY (pool_id, subject, provider)
    )${keyedTable}`,
    'CREATE INDEX IF NOT EXISTS logins_of_identity ON logins (identity_id)',
    `CREATE TABLE IF NOT EXISTS audit (
      id ${text} PRIMARY KEY, at ${integer} NOT NULL, request_id ${text} NOT NULL, event TEXT NOT NULL
    )`,
    'CREATE INDEX IF NOT EXISTS audit_of_request ON audit (request_id, id)',
  ],
  (dialect) => [collectionTable('used_assertions', dialect)],
];

/** Makes the one row that holds the schema version; whoever locks it may migrate. */
export const prepareSchemaVersion: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS schema_version (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)',
  'INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING',
];

export const readSchemaVersion = 'SELECT version FROM schema_version WHERE id = 1';

/**
 * The statements that bring a database from the given schema version to the present one; none when it is there.
 * Throws `StoreUnavailable` when a newer Daypass has been here: what it wrote is not understood.
 */
export function pendingMigrations(version: number, dialect: Dialect, where: string): readonly string[] {
  if (version > migrations.length) {
    throw new StoreUnavailable(
      `${where} belongs to a newer Daypass: it has schema ${version}, this one knows up to ${migrations.length}`,
    );
  }
  if (version === migrations.length) return [];
  return [
    ...migrations.slice(version).flatMap((migration) => migration(dialect)),
    `UPDATE schema_version SET version = ${migrations.length} WHERE id = 1`,
  ];
}
