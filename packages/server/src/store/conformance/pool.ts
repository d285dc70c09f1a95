import { newPoolId, type PoolId } from '../../ids.ts';
import type { Store } from '../store.ts';

/** Makes a pool, unless there is one of this id: identities need one. */
export async function insertPool(store: Store, poolId: PoolId = newPoolId('us-east-1')): Promise<PoolId> {
  await store.collection('pools').insert(poolId, {
    poolId,
    name: 'test',
    allowUnauthenticatedIdentities: true,
    supportedLoginProviders: {},
    openIdConnectProviderArns: [],
    cognitoIdentityProviders: [],
    samlProviderArns: [],
    tags: {},
    roles: {},
    roleMappings: {},
    principalTags: {},
    createdAt: 0,
  });
  return poolId;
}
