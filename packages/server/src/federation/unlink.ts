import type { IdentityId, PoolId } from '../ids.ts';
import type { IdentityWithLogins, LoginRecord } from '../store/store.ts';
import { attempts, type IdentityServices, notFound, tooManyChanges } from './identities.ts';
import { loginsDoNotMatch } from './reconcile.ts';
import { comeBack, type Logins, type StandingServices } from './standing.ts';

/**
 * Takes the logins of some providers off an identity that the given logins prove. An identity without any login left is
 * disabled: it can never be reached again. Source: API reference, UnlinkIdentity.
 */
export async function unlink(
  services: StandingServices,
  identityId: IdentityId,
  logins: Logins,
  providers: readonly string[],
): Promise<void> {
  const { claim, isGuest } = await comeBack(services, identityId, logins);
  if (isGuest) throw loginsDoNotMatch('nothing was shown that proves the identity');
  await removeLogins(services, claim.poolId, claim.identityId, (identity) => {
    const removed = identity.logins.filter(({ provider }) => providers.includes(provider));
    if (removed.length === 0) throw loginsDoNotMatch('the identity has no login of these providers');
    return removed;
  });
}

/**
 * Takes those logins off an identity that `choose` names, and disables it when none is left. Throws
 * ResourceNotFoundException when the identity is not one of the pool.
 */
export async function removeLogins(
  { store, clock }: IdentityServices,
  poolId: PoolId,
  identityId: IdentityId,
  choose: (identity: IdentityWithLogins) => readonly LoginRecord[],
): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const identity = await store.getIdentityWithLogins(identityId);
    if (identity === undefined || identity.poolId !== poolId) throw notFound(identityId);
    const removed = choose(identity);
    const applied = await store.applyIdentityChange({
      poolId,
      at: clock.now(),
      update: [
        { identityId, expectedVersion: identity.version, enabled: removed.length < identity.logins.length },
      ],
      removeLogins: removed,
    });
    if (applied) return;
  }
  throw tooManyChanges();
}
