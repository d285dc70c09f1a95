import { newPoolId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { anyPool, describePool, poolConfiguration } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { poolInput } from './shapes.ts';

/** Makes a pool; its roles are set apart, by SetIdentityPoolRoles. */
export const CreateIdentityPool = operation({
  name: 'CreateIdentityPool',
  access: { action: 'cognito-identity:CreateIdentityPool', resource: anyPool },
  input: poolInput,
  async handle({ store, clock, place }: CognitoIdentityServices, input) {
    const pool = {
      poolId: newPoolId(place.region),
      ...poolConfiguration(input),
      roles: {},
      roleMappings: {},
      principalTags: {},
      createdAt: clock.now(),
    };
    await store.collection('pools').insert(pool.poolId, pool);
    return describePool(pool);
  },
});
