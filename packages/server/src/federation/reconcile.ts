import { ServiceError } from '../errors.ts';
import type { IdentityId } from '../ids.ts';
import type { IdentityChange, IdentityRecord, IdentityWithLogins } from '../store/store.ts';

/** A login that has been proven: which user of which provider. */
export interface ProvenLogin {
  readonly provider: string;
  readonly subject: string;
}

/** What is known before deciding: the logins shown, whose they are, and the identity that was asked for. */
export interface Situation {
  /** One per provider. */
  readonly logins: readonly ProvenLogin[];
  /** For each login the identity it belongs to, if any. */
  readonly owners: readonly (IdentityWithLogins | undefined)[];
  /** The identity named in the request; absent in GetId. */
  readonly asked?: IdentityWithLogins;
  /** Its users are logins too, and an identity may have several of them. */
  readonly developerProviderName?: string;
}

/** Which identity the caller is, and what has to be written to make it so. */
export interface Reconciliation {
  /** `new` stands for an identity that does not exist yet. */
  readonly identity: IdentityId | 'new';
  readonly change?: Pick<IdentityChange, 'update' | 'moveLogins'> & { readonly link: readonly ProvenLogin[] };
}

/** Source: Amazon Cognito developer guide, quotas: "linked logins". */
const mostLogins = 20;

/**
 * Decides which identity a set of proven logins means. The steps, in order:
 *
 * 1. An identity that was asked for must be enabled and, unless it is a guest, own one of the logins.
 * 2. Those that own any of the logins, and the asked one, are one person; all of them must be enabled. Of several the
 *    *survivor* is chosen: an identity with logins before a guest, then the older one, then the lesser id – whoever
 *    asks, and in whatever order the logins come, the outcome is the same.
 * 3. Logins of nobody are linked to the survivor, all logins of the others move to it, the others are disabled.
 * 4. An identity has one login of each public provider and at most 20 in all.
 *
 * Throws NotAuthorizedException and ResourceConflictException.
 */
export function reconcile(situation: Situation): Reconciliation {
  const { logins, owners, asked } = situation;
  if (asked !== undefined) mayBeAskedFor(asked, owners);
  const people = distinct(asked === undefined ? owners : [asked, ...owners]);
  for (const person of people) mustBeEnabled(person);
  const [survivor, ...others] = people.sort(bySeniority);
  const link = logins.filter((_, index) => owners[index] === undefined);
  if (survivor === undefined) return { identity: 'new', change: { link } };
  if (others.length === 0 && link.length === 0) return { identity: survivor.identityId };
  return {
    identity: survivor.identityId,
    change: { link, ...merged(survivor, others, link, situation.developerProviderName) },
  };
}

/**
 * What has to be written so that one identity takes over all logins of others and some of nobody's; the others are
 * disabled. Throws ResourceConflictException when the outcome would be no legal identity, and NotAuthorizedException when
 * one of them is disabled already.
 */
export function merged(
  survivor: IdentityWithLogins,
  others: readonly IdentityWithLogins[],
  link: readonly ProvenLogin[],
  developerProviderName: string | undefined,
): Pick<IdentityChange, 'update' | 'moveLogins'> {
  for (const identity of [survivor, ...others]) mustBeEnabled(identity);
  keepsLimits(
    [survivor, ...others].flatMap(({ logins }) => logins),
    link,
    developerProviderName,
  );
  return {
    update: [survivor, ...others].map((identity) => ({
      identityId: identity.identityId,
      expectedVersion: identity.version,
      enabled: identity === survivor,
    })),
    moveLogins: others.flatMap((identity) =>
      identity.logins.map(({ provider, subject }) => ({
        provider,
        subject,
        from: identity.identityId,
        to: survivor.identityId,
      })),
    ),
  };
}

function mayBeAskedFor(asked: IdentityWithLogins, owners: Situation['owners']): void {
  mustBeEnabled(asked);
  const isGuest = asked.logins.length === 0;
  if (!isGuest && !owners.some((owner) => owner?.identityId === asked.identityId)) {
    throw loginsDoNotMatch('none of the logins belongs to the identity');
  }
}

function distinct(identities: readonly (IdentityWithLogins | undefined)[]): IdentityWithLogins[] {
  const byId = new Map<string, IdentityWithLogins>();
  for (const identity of identities) if (identity !== undefined) byId.set(identity.identityId, identity);
  return [...byId.values()];
}

function bySeniority(a: IdentityWithLogins, b: IdentityWithLogins): number {
  return (
    Number(b.logins.length > 0) - Number(a.logins.length > 0) ||
    a.createdAt - b.createdAt ||
    (a.identityId < b.identityId ? -1 : 1)
  );
}

function keepsLimits(
  present: readonly ProvenLogin[],
  added: readonly ProvenLogin[],
  developerProviderName: string | undefined,
): void {
  const all = [...present, ...added];
  if (all.length > mostLogins) {
    throw new ServiceError(
      'ResourceConflictException',
      `An identity can have at most ${mostLogins} linked logins.`,
    );
  }
  const providers = new Set<string>();
  for (const { provider } of all) {
    if (provider === developerProviderName) continue;
    if (providers.has(provider)) {
      throw new ServiceError(
        'ResourceConflictException',
        `Logins don't match. The identity is already linked to another login of ${provider}.`,
      );
    }
    providers.add(provider);
  }
}

/** Whether a login is one of an identity's. */
export function owns(identity: IdentityWithLogins | undefined, { provider, subject }: ProvenLogin): boolean {
  return identity?.logins.some((login) => login.provider === provider && login.subject === subject) ?? false;
}

export function mustBeEnabled({ identityId, enabled }: IdentityRecord): void {
  if (!enabled) throw forbidden(identityId, 'the identity is disabled');
}

export function forbidden(identityId: string, reason: string): ServiceError {
  return new ServiceError('NotAuthorizedException', `Access to Identity '${identityId}' is forbidden.`, {
    reason,
  });
}

export function loginsDoNotMatch(reason: string): ServiceError {
  return new ServiceError(
    'NotAuthorizedException',
    "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    { reason },
  );
}
