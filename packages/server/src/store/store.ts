import type { IdentityId, PoolId } from '../ids.ts';
import type { Documents } from './documents.ts';

/** A stored document with the number of its last change; a change names the version it was computed from. */
export interface Versioned<T> {
  readonly value: T;
  /** 1 when inserted, one more after each change. */
  readonly version: number;
}

/**
 * One table of configuration documents under a text key: pools, roles, providers, keys.
 * A document is stored as JSON: what comes back is a fresh structure that compares deep-equal to what went in.
 */
export interface Collection<T> {
  get(key: string): Promise<Versioned<T> | undefined>;
  /** In ascending byte order of the key, those strictly greater than `after`, at most `limit`. */
  list(options: {
    after?: string;
    limit: number;
  }): Promise<readonly { key: string; value: T; version: number }[]>;
  /** False when the key is taken; nothing is written then. */
  insert(key: string, value: T): Promise<boolean>;
  /** False when the document is gone or its version is another; nothing is written then. */
  replace(key: string, value: T, expectedVersion: number): Promise<boolean>;
  /** False when there was nothing to delete (or, with a version given, when the version is another). */
  delete(key: string, expectedVersion?: number): Promise<boolean>;
}

export interface IdentityRecord {
  readonly identityId: IdentityId;
  readonly poolId: PoolId;
  /**
   * False after a merge or after the last login was unlinked, and then for good; or because an administrator said so,
   * and then perhaps with logins.
   */
  readonly enabled: boolean;
  /** Milliseconds since the epoch, like the two below. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Kept roughly: written in batches, at most once a minute for an identity. */
  readonly lastSeenAt: number;
  readonly version: number;
}

/** (pool, provider, subject) is unique: that key is what makes an identity stable. */
export interface LoginRecord {
  /** The login key: `accounts.google.com`, an OIDC issuer without scheme, a SAML provider ARN, a developer provider name. */
  readonly provider: string;
  /** The user at that provider. */
  readonly subject: string;
  readonly identityId: IdentityId;
}

/** Whose a login is. */
export interface LoginOwner {
  readonly identityId: IdentityId;
  readonly enabled: boolean;
}

export interface IdentityWithLogins extends IdentityRecord {
  /** In ascending order of provider, then subject. */
  readonly logins: readonly LoginRecord[];
}

/**
 * A change to identities and logins of one pool that happens whole or not at all. It was computed from what was
 * read before; if any of its expectations no longer holds (an id or a login is taken, a version has moved, a login
 * is elsewhere, an identity that is to get a login is gone or of another pool, the pool of a new identity is gone)
 * nothing is written and the caller reads again and decides anew. Identities come before logins; logins are removed, then moved, then added.
 */
export interface IdentityChange {
  readonly poolId: PoolId;
  /**
   * Milliseconds since the epoch: createdAt, modifiedAt and lastSeenAt of what is created, modifiedAt of what is
   * updated or gets a login.
   */
  readonly at: number;
  /** New identities, enabled. */
  readonly create?: readonly IdentityId[];
  /** Existing identities, each at the version it was read with; their version goes up by one. */
  readonly update?: readonly { identityId: IdentityId; expectedVersion: number; enabled: boolean }[];
  readonly addLogins?: readonly LoginRecord[];
  readonly moveLogins?: readonly { provider: string; subject: string; from: IdentityId; to: IdentityId }[];
  readonly removeLogins?: readonly LoginRecord[];
}

/** All given conditions must hold; those on provider and subject must hold for one and the same login. */
export interface IdentityQuery {
  readonly poolId: PoolId;
  readonly provider?: string;
  /** Exact subject. */
  readonly subject?: string;
  readonly subjectPrefix?: string;
  readonly identityIdPrefix?: string;
  readonly enabled?: boolean;
  /** Milliseconds since the epoch; `from` inclusive, `to` exclusive. */
  readonly created?: { from?: number; to?: number };
  readonly lastSeen?: { from?: number; to?: number };
  readonly after?: IdentityId;
  readonly limit: number;
}

/**
 * What Daypass keeps. Every promise resolves only after the change is durable (it survives kill -9). A store that
 * cannot be reached, or that fails in any other way, throws `StoreUnavailable`; a promise never hangs.
 *
 * Keys, providers, subjects and ids are kept exactly as they are, and compared and sorted by their bytes in UTF-8.
 * One with a NUL or an unpaired surrogate is refused with a RangeError: it could not be told from another. So is a
 * new key or login (pool, provider and subject together) of more than 2,500 bytes.
 */
export interface Store {
  collection<Name extends keyof Documents>(name: Name): Collection<Documents[Name]>;

  /** The identity a login belongs to: one point read, the hottest of all, and no more than it needs. */
  findLogin(poolId: PoolId, provider: string, subject: string): Promise<LoginOwner | undefined>;
  getIdentity(identityId: IdentityId): Promise<IdentityRecord | undefined>;
  getIdentityWithLogins(identityId: IdentityId): Promise<IdentityWithLogins | undefined>;
  /** True when applied; false when an expectation did not hold, and then nothing was written. */
  applyIdentityChange(change: IdentityChange): Promise<boolean>;
  /** In ascending order of identity id. */
  findIdentities(query: IdentityQuery): Promise<readonly IdentityWithLogins[]>;
  /** Deletes identities with their logins; the ids that existed are returned. */
  deleteIdentities(identityIds: readonly IdentityId[]): Promise<readonly IdentityId[]>;
  /**
   * Deletes those of the identities that nobody has ever signed in to and that were neither seen nor changed since
   * `before` (milliseconds since the epoch); the ids of those are returned. A sign-in at the same time wins.
   */
  deleteIdleGuests(identityIds: readonly IdentityId[], before: number): Promise<readonly IdentityId[]>;
  /** Deletes every identity and login of a pool, in bounded batches. */
  deleteIdentitiesOfPool(poolId: PoolId): Promise<void>;
  /** Moves lastSeenAt forward (never back); unknown ids are passed over. */
  touchIdentities(identityIds: readonly IdentityId[], at: number): Promise<void>;

  /** Appends to the audit log. `event` is JSON. */
  appendAudit(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first, strictly older than `before` (id), at most `limit`. */
  listAudit(options: { before?: string; limit: number }): Promise<readonly AuditEntry[]>;
  /** The entry of one request, newest first. */
  auditOfRequest(requestId: string): Promise<readonly AuditEntry[]>;
  /** Deletes the oldest entries with ids less than `before`, at most `limit`; returns how many. */
  pruneAudit(options: { before: string; limit: number }): Promise<number>;

  /** Resolves when the store answers; throws `StoreUnavailable` otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface AuditEntry {
  /** Sortable: newer ids are greater (a UUID version 7). */
  readonly id: string;
  readonly at: number;
  readonly requestId: string;
  readonly event: unknown;
}

/** The store did not answer, or answered with a fault of its own: nothing is known to have been written. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}
