import { ServiceError } from '../../errors.ts';
import type { PoolDocument } from '../../store/documents.ts';
import type { Versioned } from '../../store/store.ts';
import type { CognitoIdentityServices } from './services.ts';

/** A pool as it is in the store this moment, for operations that show or change it. Throws ResourceNotFoundException. */
export async function storedPool(
  { store }: Pick<CognitoIdentityServices, 'store'>,
  poolId: string,
): Promise<Versioned<PoolDocument>> {
  const stored = await store.collection('pools').get(poolId);
  if (stored === undefined)
    throw new ServiceError('ResourceNotFoundException', `IdentityPool '${poolId}' not found.`);
  return stored;
}

/** How often a change is computed anew when others change the same pool: Terraform sets roles and tags at once. */
const attempts = 20;

/**
 * Changes a pool: `change` computes the new document from the old one, and may run several times. Throws
 * ResourceNotFoundException, and ConcurrentModificationException when others never cease to change it in between.
 */
export async function changePool(
  services: Pick<CognitoIdentityServices, 'store' | 'federation'>,
  poolId: string,
  change: (pool: PoolDocument) => PoolDocument,
): Promise<PoolDocument> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { value, version } = await storedPool(services, poolId);
    const changed = change(value);
    const replaced = await services.store.collection('pools').replace(poolId, changed, version);
    services.federation.pools.forget(poolId);
    if (replaced) return changed;
  }
  throw new ServiceError(
    'ConcurrentModificationException',
    `IdentityPool '${poolId}' was modified concurrently. Please try again.`,
  );
}
