import type { IdentityId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { page } from '../protocol/pagination.ts';
import { boolean, required, structure } from '../protocol/shape.ts';
import { describeIdentity } from './identity.ts';
import { poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, paginationKey, queryLimit } from './shapes.ts';
import { storedPool } from './stored-pool.ts';

/** The identities of a pool by their id; disabled ones too unless they are hidden. */
export const ListIdentities = operation({
  name: 'ListIdentities',
  access: { action: 'cognito-identity:ListIdentities', resource: poolResource },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    MaxResults: required(queryLimit),
    NextToken: paginationKey,
    HideDisabled: boolean(),
  }),
  async handle(
    services: CognitoIdentityServices,
    { IdentityPoolId, MaxResults, NextToken, HideDisabled = false },
  ) {
    const { value: pool } = await storedPool(services, IdentityPoolId);
    const { items, nextToken } = await page('ListIdentities', MaxResults, NextToken, async (after, limit) => {
      const identities = await services.store.findIdentities({
        poolId: pool.poolId,
        limit,
        ...(HideDisabled && { enabled: true }),
        ...(after !== undefined && { after: after as IdentityId }),
      });
      return identities.map((identity) => ({ key: identity.identityId, item: describeIdentity(identity) }));
    });
    return { IdentityPoolId, Identities: items, NextToken: nextToken };
  },
});
