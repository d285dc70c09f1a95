import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { attempts, mustBeKeepable, notFound, tooManyChanges } from './identities.ts';
import { merged, mustBeEnabled, type ProvenLogin } from './reconcile.ts';
import type { StandingServices } from './standing.ts';

/**
 * Links a login to an identity on an administrator's word. The login must be nobody's: identities of two people are
 * never merged without their tokens. Throws ResourceNotFoundException, ResourceConflictException,
 * InvalidParameterException for a subject no store can keep, and NotAuthorizedException for a disabled identity.
 */
export async function adopt(
  { store, clock, pools }: Pick<StandingServices, 'store' | 'clock' | 'pools'>,
  poolId: PoolId,
  identityId: IdentityId,
  login: ProvenLogin,
): Promise<void> {
  const { document } = await pools.get(poolId);
  mustBeKeepable(poolId, login);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const identity = await store.getIdentityWithLogins(identityId);
    if (identity === undefined || identity.poolId !== poolId) throw notFound(identityId);
    mustBeEnabled(identity);
    const owner = await store.findLogin(poolId, login.provider, login.subject);
    if (owner?.identityId === identityId) return;
    if (owner !== undefined) {
      throw new ServiceError(
        'ResourceConflictException',
        `The login belongs to identity '${owner.identityId}'.`,
      );
    }
    const applied = await store.applyIdentityChange({
      poolId,
      at: clock.now(),
      ...merged(identity, [], [login], document.developerProviderName),
      addLogins: [{ ...login, identityId }],
    });
    if (applied) return;
  }
  throw tooManyChanges();
}
