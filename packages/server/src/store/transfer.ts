import type { IdentityId, PoolId } from '../ids.ts';
import type { Documents } from './documents.ts';
import type { IdentityWithLogins, Store } from './store.ts';

/** What is taken along: keys and users stay, because their secrets can be read with the old master key only. */
const collections = ['oidc_providers', 'saml_providers', 'policies', 'roles', 'pools'] as const;
type Portable = (typeof collections)[number];

/** One line of an export; the first says what it is. */
export type Line =
  | { readonly kind: 'export'; readonly version: 1 }
  | { readonly kind: Portable; readonly key: string; readonly value: Documents[Portable] }
  | ({ readonly kind: 'identity' } & Pick<
      IdentityWithLogins,
      'identityId' | 'poolId' | 'enabled' | 'createdAt' | 'lastSeenAt'
    > & { readonly logins: readonly { readonly provider: string; readonly subject: string }[] });

/** What became of the lines of an import. */
export interface Imported {
  readonly added: number;
  /** What was there already, under the same key or id; it is left as it is. */
  readonly present: number;
  /** Identities with a login that belongs to another identity here; they are left out whole. */
  readonly conflicts: readonly string[];
}

/** A line of an import is not one that an export writes. */
export class NotAnExport extends Error {
  constructor(line: number, reason: string) {
    super(`line ${line} of the import ${reason}`);
    this.name = 'NotAnExport';
  }
}

const pageSize = 500;
const together = 100;

/** Pools, providers, roles, policies, identities and logins as lines of JSON, read page by page from a living store. */
export async function* exportLines(store: Store): AsyncGenerator<string> {
  yield line({ kind: 'export', version: 1 });
  const pools: PoolId[] = [];
  for (const kind of collections) {
    for await (const { key, value } of documentsOf(store, kind)) {
      yield line({ kind, key, value });
      if (kind === 'pools') pools.push(key as PoolId);
    }
  }
  for (const poolId of pools) {
    for await (const identity of identitiesOf(store, poolId)) {
      const { identityId, enabled, createdAt, lastSeenAt } = identity;
      const logins = identity.logins.map(({ provider, subject }) => ({ provider, subject }));
      yield line({ kind: 'identity', identityId, poolId, enabled, createdAt, lastSeenAt, logins });
    }
  }
}

function line(written: Line): string {
  return `${JSON.stringify(written)}\n`;
}

async function* documentsOf<Name extends Portable>(store: Store, name: Name) {
  for (let after: string | undefined; ; ) {
    const page = await store
      .collection(name)
      .list({ limit: pageSize, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1)?.key;
    if (page.length < pageSize) return;
  }
}

async function* identitiesOf(store: Store, poolId: PoolId): AsyncGenerator<IdentityWithLogins> {
  for (let after: IdentityId | undefined; ; ) {
    const page = await store.findIdentities({
      poolId,
      limit: pageSize,
      ...(after !== undefined && { after }),
    });
    yield* page;
    after = page.at(-1)?.identityId;
    if (page.length < pageSize) return;
  }
}

/** Adds what an export holds to a store. Nothing that is there is changed, so that it may be run again. Throws `NotAnExport`. */
export async function importLines(store: Store, lines: AsyncIterable<string>): Promise<Imported> {
  const outcomes = { added: 0, present: 0 };
  const conflicts: string[] = [];
  let number = 0;
  let begun = false;
  let amongIdentities = false;
  const underway: Promise<void>[] = [];

  async function take(read: Line): Promise<void> {
    if (read.kind === 'export') return;
    const outcome =
      read.kind === 'identity' ? await importIdentity(store, read) : await importDocument(store, read);
    if (outcome !== 'conflict') outcomes[outcome]++;
    else if (read.kind === 'identity') conflicts.push(read.identityId);
  }

  for await (const text of lines) {
    number++;
    if (text === '') continue;
    const line = parseLine(text, number, begun);
    // The first identity comes once its pool is there.
    if (line.kind === 'identity' && !amongIdentities) await Promise.all(underway.splice(0));
    amongIdentities = line.kind === 'identity';
    underway.push(take(line));
    begun = true;
    // Writes that come together share a commit.
    if (underway.length === together) await Promise.all(underway.splice(0));
  }
  await Promise.all(underway);
  if (!begun) throw new NotAnExport(1, 'is missing');
  return { ...outcomes, conflicts };
}

async function importDocument(
  store: Store,
  { kind, key, value }: Extract<Line, { kind: Portable }>,
): Promise<'added' | 'present'> {
  const collection: { insert(key: string, value: Documents[Portable]): Promise<boolean> } =
    store.collection(kind);
  return (await collection.insert(key, value)) ? 'added' : 'present';
}

async function importIdentity(
  store: Store,
  identity: Extract<Line, { kind: 'identity' }>,
): Promise<'added' | 'present' | 'conflict'> {
  const { identityId, poolId, enabled, createdAt, lastSeenAt } = identity;
  const added = await store.applyIdentityChange({
    poolId,
    at: createdAt,
    create: [identityId],
    // At once: an import that breaks off leaves nobody enabled who was not.
    ...(!enabled && { update: [{ identityId, expectedVersion: 1, enabled }] }),
    addLogins: identity.logins.map(({ provider, subject }) => ({ provider, subject, identityId })),
  });
  if (!added) return (await store.getIdentity(identityId)) === undefined ? 'conflict' : 'present';
  if (lastSeenAt > createdAt) await store.touchIdentities([identityId], lastSeenAt);
  return 'added';
}

const kinds: ReadonlySet<unknown> = new Set(['export', 'identity', ...collections]);

function parseLine(text: string, number: number, begun: boolean): Line {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new NotAnExport(number, 'is not JSON');
  }
  if (typeof read !== 'object' || read === null || !('kind' in read) || !kinds.has(read.kind)) {
    throw new NotAnExport(number, 'is of no known kind');
  }
  if (!begun && !(read.kind === 'export' && 'version' in read && read.version === 1)) {
    throw new NotAnExport(number, 'does not begin an export of version 1');
  }
  if (begun && read.kind === 'export') throw new NotAnExport(number, 'begins another export');
  if (!isWhole(read)) throw new NotAnExport(number, 'lacks a member');
  // Its members are those that `exportLines` writes; documents are taken at the word of whoever may read the data.
  return read as Line;
}

function isWhole(read: object): boolean {
  const { kind, key, value, identityId, poolId, enabled, createdAt, lastSeenAt, logins } = read as Record<
    string,
    unknown
  >;
  if (kind === 'export') return true;
  if (kind !== 'identity') return typeof key === 'string' && typeof value === 'object' && value !== null;
  return (
    typeof identityId === 'string' &&
    typeof poolId === 'string' &&
    typeof enabled === 'boolean' &&
    Number.isSafeInteger(createdAt) &&
    Number.isSafeInteger(lastSeenAt) &&
    Array.isArray(logins) &&
    logins.every((login) => typeof login?.provider === 'string' && typeof login?.subject === 'string')
  );
}
