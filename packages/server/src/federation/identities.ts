import type { Place } from '../access/arn.ts';
import type { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import { type IdentityId, newIdentityId, type PoolId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import type { Pool } from './pools.ts';
import { forbidden, type ProvenLogin, reconcile, type Situation } from './reconcile.ts';

export interface IdentityServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  /** Remembered, so that the everyday exchange reads the store once. An entry may outlive its identity. */
  readonly poolsOfIdentities: BoundedMap<IdentityId, PoolId>;
}

/** How often a change is computed anew because another request was faster, before the caller is told to come back. */
export const attempts = 20;

/** A new guest identity. Throws NotAuthorizedException when the pool has no guests. */
export async function newGuest(services: IdentityServices, pool: Pool): Promise<IdentityId> {
  guestsAllowed(pool);
  const identityId = newIdentityId(services.place.region);
  await services.store.applyIdentityChange({
    poolId: pool.document.poolId,
    at: services.clock.now(),
    create: [identityId],
  });
  return identityId;
}

/** An identity that nobody has signed in to. Throws ResourceNotFoundException, NotAuthorizedException for any other. */
export async function knownGuest(
  services: IdentityServices,
  pool: Pool,
  identityId: IdentityId,
): Promise<IdentityId> {
  const identity = await services.store.getIdentityWithLogins(identityId);
  if (identity === undefined) throw notFound(identityId);
  if (!identity.enabled) throw forbidden(identityId, 'the identity is disabled');
  if (identity.logins.length > 0) throw forbidden(identityId, 'the identity has logins, and none was shown');
  guestsAllowed(pool);
  return identityId;
}

function guestsAllowed(pool: Pool): void {
  if (!pool.document.allowUnauthenticatedIdentities) {
    throw new ServiceError(
      'NotAuthorizedException',
      'Unauthenticated access is not supported for this identity pool.',
    );
  }
}

/** The pool an identity belongs to, which never changes. Throws ResourceNotFoundException. */
export async function poolOf(
  { store, poolsOfIdentities }: IdentityServices,
  identityId: IdentityId,
): Promise<PoolId> {
  const known = poolsOfIdentities.get(identityId);
  if (known !== undefined) return known;
  const identity = await store.getIdentity(identityId);
  if (identity === undefined) throw notFound(identityId);
  poolsOfIdentities.set(identityId, identity.poolId);
  return identity.poolId;
}

/** Throws ResourceNotFoundException, and NotAuthorizedException for a disabled identity. */
export async function stillEnabled({ store }: IdentityServices, identityId: IdentityId): Promise<void> {
  const identity = await store.getIdentity(identityId);
  if (identity === undefined) throw notFound(identityId);
  if (!identity.enabled) throw forbidden(identityId, 'the identity is disabled');
}

export function notFound(identityId: IdentityId): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Identity '${identityId}' not found.`);
}

/**
 * The identity of proven logins: found, made, linked or merged as `reconcile` decides. Concurrent requests are put in
 * order by the store: a change that was computed from what is no longer so is computed again.
 */
export async function identityOf(
  services: IdentityServices,
  pool: Pool,
  logins: readonly ProvenLogin[],
  asked?: IdentityId,
): Promise<IdentityId> {
  const known = await alreadySettled(services, pool, logins, asked);
  if (known !== undefined) return known;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { identity, change } = reconcile(await observe(services, pool, logins, asked));
    if (change === undefined && identity !== 'new') return identity;
    const identityId = identity === 'new' ? newIdentityId(services.place.region) : identity;
    const applied = await services.store.applyIdentityChange({
      poolId: pool.document.poolId,
      at: services.clock.now(),
      ...(identity === 'new' && { create: [identityId] }),
      ...(change?.update && { update: change.update }),
      ...(change?.moveLogins && { moveLogins: change.moveLogins }),
      addLogins: (change?.link ?? []).map(({ provider, subject }) => ({ provider, subject, identityId })),
    });
    if (applied) return identityId;
  }
  throw tooManyChanges();
}

export function tooManyChanges(): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate exceeded', {
    reason: 'too many concurrent changes of one identity',
  });
}

/** The everyday case in one read: a single login whose identity is known, enabled, and the one asked for. */
async function alreadySettled(
  services: IdentityServices,
  pool: Pool,
  logins: readonly ProvenLogin[],
  asked: IdentityId | undefined,
): Promise<IdentityId | undefined> {
  const [login] = logins;
  if (login === undefined || logins.length > 1) return undefined;
  const owner = await services.store.findLogin(pool.document.poolId, login.provider, login.subject);
  if (owner === undefined || !owner.enabled) return undefined;
  return asked === undefined || asked === owner.identityId ? owner.identityId : undefined;
}

async function observe(
  { store }: IdentityServices,
  pool: Pool,
  logins: readonly ProvenLogin[],
  askedId: IdentityId | undefined,
): Promise<Situation> {
  const owners = await Promise.all(
    logins.map(async ({ provider, subject }) => {
      const owner = await store.findLogin(pool.document.poolId, provider, subject);
      return owner && (await store.getIdentityWithLogins(owner.identityId));
    }),
  );
  const asked = askedId && (await store.getIdentityWithLogins(askedId));
  if (askedId !== undefined && asked === undefined) {
    throw notFound(askedId);
  }
  const { developerProviderName } = pool.document;
  return {
    logins,
    owners,
    ...(asked && { asked }),
    ...(developerProviderName !== undefined && { developerProviderName }),
  };
}
