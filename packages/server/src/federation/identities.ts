import type { Place } from '../access/arn.ts';
import type { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import { type IdentityId, newIdentityId, type PoolId } from '../ids.ts';
import { maxKeyBytes } from '../store/database.ts';
import type { IdentityWithLogins, Store } from '../store/store.ts';
import { type Pool, poolNotFound } from './pools.ts';
import { forbidden, mustBeEnabled, owns, type ProvenLogin, reconcile, type Situation } from './reconcile.ts';

export interface IdentityServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  /** Remembered, so that the everyday exchange reads the store once. An entry may outlive its identity. */
  readonly poolsOfIdentities: BoundedMap<IdentityId, PoolId>;
}

/** How often a change is computed anew because another request was faster, before the caller is told to come back. */
export const attempts = 20;

/**
 * Asked with the identity the caller is about to be, before anything is written for it; throws to refuse. So a request
 * that is refused leaves no trace, and nobody loses his identity to a merge whose outcome he is never told.
 */
export type Admission = (identityId: IdentityId) => Promise<unknown>;

const everyone: Admission = async () => undefined;

/** A new guest identity. Throws NotAuthorizedException when the pool has no guests, ResourceNotFoundException when it is gone. */
export async function newGuest(
  services: IdentityServices,
  pool: Pool,
  admit = everyone,
): Promise<IdentityId> {
  guestsAllowed(pool);
  const identityId = newIdentityId(services.place.region);
  await admit(identityId);
  const { poolId } = pool.document;
  const created = await services.store.applyIdentityChange({
    poolId,
    at: services.clock.now(),
    create: [identityId],
  });
  if (!created) throw poolNotFound(poolId);
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
  mustBeEnabled(identity);
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
  mustBeEnabled(identity);
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
  admit = everyone,
): Promise<IdentityId> {
  const known = await alreadySettled(services, pool, logins, asked);
  if (known !== undefined) return known;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { identity, change } = reconcile(await observe(services, pool, logins, asked));
    if (change === undefined && identity !== 'new') return identity;
    const identityId = identity === 'new' ? newIdentityId(services.place.region) : identity;
    await admit(identityId);
    const applied = await services.store.applyIdentityChange({
      poolId: pool.document.poolId,
      at: services.clock.now(),
      ...(identity === 'new' && { create: [identityId] }),
      ...(change?.update && { update: change.update }),
      ...(change?.moveLogins && { moveLogins: change.moveLogins }),
      addLogins: (change?.link ?? []).map(({ provider, subject }) => ({ provider, subject, identityId })),
    });
    if (applied) return identityId;
    // Deleted on another node, of which this one has not heard.
    if (identity === 'new') await mustStillBe(services, pool);
  }
  throw tooManyChanges();
}

async function mustStillBe({ store }: IdentityServices, { document: { poolId } }: Pool): Promise<void> {
  if ((await store.collection('pools').get(poolId)) === undefined) throw poolNotFound(poolId);
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

/**
 * Whose the logins are. Where a login was found only says which identity to read; whether the login is really there,
 * the one read says that also gives the version which a change names. A login that has just moved elsewhere then
 * counts as nobody's, and the store refuses to link it.
 */
async function observe(
  { store }: IdentityServices,
  pool: Pool,
  logins: readonly ProvenLogin[],
  askedId: IdentityId | undefined,
): Promise<Situation> {
  const { poolId, developerProviderName } = pool.document;
  const found = await Promise.all(
    logins.map(({ provider, subject }) => store.findLogin(poolId, provider, subject)),
  );
  const ids = new Set(found.flatMap((owner) => owner?.identityId ?? []));
  if (askedId !== undefined) ids.add(askedId);
  const identities = new Map<IdentityId, IdentityWithLogins>();
  for (const identity of await Promise.all([...ids].map((id) => store.getIdentityWithLogins(id)))) {
    if (identity !== undefined) identities.set(identity.identityId, identity);
  }
  const asked = askedId && identities.get(askedId);
  if (askedId !== undefined && asked?.poolId !== poolId) throw notFound(askedId);
  const owners = logins.map((login) => [...identities.values()].find((identity) => owns(identity, login)));
  return {
    logins,
    owners,
    ...(asked && { asked }),
    ...(developerProviderName !== undefined && { developerProviderName }),
  };
}

/** The identity a login belongs to, with all its logins, as of one moment. */
export async function ownerOf(
  { store }: IdentityServices,
  poolId: PoolId,
  login: ProvenLogin,
): Promise<IdentityWithLogins | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const owner = await store.findLogin(poolId, login.provider, login.subject);
    if (owner === undefined) return undefined;
    const identity = await store.getIdentityWithLogins(owner.identityId);
    if (owns(identity, login)) return identity;
  }
  throw tooManyChanges();
}

/** Throws InvalidParameterException for a login whose user has more of a name than a store can keep as a key. */
export function mustBeKeepable(poolId: PoolId, { provider, subject }: ProvenLogin): void {
  const isText = [provider, subject].every((text) => text.isWellFormed() && !text.includes('\0'));
  if (!isText || Buffer.byteLength(`${poolId}${provider}${subject}`) > maxKeyBytes) {
    throw new ServiceError(
      'InvalidParameterException',
      'The user identifier is too long or has characters that no identifier may have.',
    );
  }
}
