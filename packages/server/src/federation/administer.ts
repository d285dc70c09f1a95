import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { IdentityWithLogins } from '../store/store.ts';
import { attempts, notFound, tooManyChanges } from './identities.ts';
import { merged, type ProvenLogin } from './reconcile.ts';
import type { StandingServices } from './standing.ts';
import { removeLogins } from './unlink.ts';

type Services = Pick<StandingServices, 'store' | 'clock' | 'pools'>;

/**
 * Disables an identity, or enables it again, on an administrator's word. One without logins stays disabled: it was merged
 * into another, and enabled again it would be a guest whose id others know. Throws ResourceNotFoundException,
 * ResourceConflictException.
 */
export async function setEnabled(
  services: Services,
  poolId: PoolId,
  identityId: IdentityId,
  enabled: boolean,
): Promise<void> {
  const { store, clock } = services;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const identity = await identityOfPool(services, poolId, identityId);
    if (identity.enabled === enabled) return;
    if (enabled && identity.logins.length === 0) {
      throw new ServiceError(
        'ResourceConflictException',
        `Identity '${identityId}' has no login, and stays disabled.`,
      );
    }
    const update = [{ identityId, expectedVersion: identity.version, enabled }];
    if (await store.applyIdentityChange({ poolId, at: clock.now(), update })) return;
  }
  throw tooManyChanges();
}

/**
 * Takes a login off an identity without that user's token; without any left the identity is disabled. Returns whether it
 * is still enabled. Throws ResourceNotFoundException.
 */
export async function unlinkLogin(
  services: Services,
  poolId: PoolId,
  identityId: IdentityId,
  { provider, subject }: ProvenLogin,
): Promise<boolean> {
  let enabled = false;
  await removeLogins(services, poolId, identityId, (identity) => {
    const removed = identity.logins.filter(
      (login) => login.provider === provider && login.subject === subject,
    );
    if (removed.length === 0) {
      throw new ServiceError('ResourceNotFoundException', `Identity '${identityId}' has no such login.`);
    }
    enabled = identity.enabled && removed.length < identity.logins.length;
    return removed;
  });
  return enabled;
}

/**
 * Merges one identity of a pool into another, whose id goes on, without the tokens of either. Throws
 * ResourceNotFoundException, InvalidParameterException when they are the same, NotAuthorizedException when one is
 * disabled, and ResourceConflictException when the outcome would be no legal identity.
 */
export async function mergeIdentities(
  services: Services,
  poolId: PoolId,
  { source, destination }: { readonly source: IdentityId; readonly destination: IdentityId },
): Promise<void> {
  const { document } = await services.pools.get(poolId);
  if (source === destination) {
    throw new ServiceError('InvalidParameterException', 'An identity cannot be merged into itself.');
  }
  for (let attempt = 0; attempt < attempts; attempt++) {
    const survivor = await identityOfPool(services, poolId, destination);
    const other = await identityOfPool(services, poolId, source);
    const applied = await services.store.applyIdentityChange({
      poolId,
      at: services.clock.now(),
      ...merged(survivor, [other], [], document.developerProviderName),
    });
    if (applied) return;
  }
  throw tooManyChanges();
}

async function identityOfPool(
  { store }: Services,
  poolId: PoolId,
  identityId: IdentityId,
): Promise<IdentityWithLogins> {
  const identity = await store.getIdentityWithLogins(identityId);
  if (identity === undefined || identity.poolId !== poolId) throw notFound(identityId);
  return identity;
}
