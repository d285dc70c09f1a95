import type { PoolId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId } from './shapes.ts';
import { storedPool } from './stored-pool.ts';

/** Deletes a pool with all its identities. Nobody can sign in to it from the first moment on. */
export const DeleteIdentityPool = operation({
  name: 'DeleteIdentityPool',
  access: { action: 'cognito-identity:DeleteIdentityPool', resource: poolResource },
  input: structure({ IdentityPoolId: required(identityPoolId) }),
  async handle(services: CognitoIdentityServices, { IdentityPoolId }) {
    await storedPool(services, IdentityPoolId);
    await services.store.collection('pools').delete(IdentityPoolId);
    services.federation.pools.forget(IdentityPoolId);
    await services.store.deleteIdentitiesOfPool(IdentityPoolId as PoolId);
    return undefined;
  },
});
