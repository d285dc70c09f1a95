import type { IdentityId, PoolId } from '../ids.ts';
import type { IdentityWithLogins, LoginRecord } from '../store/store.ts';
import { attempts, type IdentityServices, notFound, poolOf, tooManyChanges } from './identities.ts';
import { loginsDoNotMatch, mustBeEnabled, owns } from './reconcile.ts';
import { byOwnToken, type Logins, prove, type StandingServices } from './standing.ts';

/**
 * Takes the logins of some providers off an identity that the given logins prove; all of them must be its own, since
 * here nothing is linked. An identity without any login left is disabled: it can never be reached again.
 * Source: API reference, UnlinkIdentity.
 */
export async function unlink(
  services: StandingServices,
  identityId: IdentityId,
  logins: Logins,
  providers: readonly string[],
): Promise<void> {
  const pool = await services.pools.get(await poolOf(services, identityId));
  const own = await byOwnToken(services, pool, identityId, logins);
  const proven = own === undefined ? await prove(services, pool, logins) : [];
  if (own === undefined && proven.length === 0) throw loginsDoNotMatch('no login was shown');
  await removeLogins(services, pool.document.poolId, identityId, (identity) => {
    mustBeEnabled(identity);
    if (!proven.every((login) => owns(identity, login))) {
      throw loginsDoNotMatch('a login that was shown does not belong to the identity');
    }
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
  { store, clock }: Pick<IdentityServices, 'store' | 'clock'>,
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
        {
          identityId,
          expectedVersion: identity.version,
          enabled: identity.enabled && removed.length < identity.logins.length,
        },
      ],
      removeLogins: removed,
    });
    if (applied) return;
  }
  throw tooManyChanges();
}
