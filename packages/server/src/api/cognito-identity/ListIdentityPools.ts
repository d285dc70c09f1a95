import { operation } from '../protocol/operation.ts';
import { page } from '../protocol/pagination.ts';
import { required, structure } from '../protocol/shape.ts';
import { anyPool } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { paginationKey, queryLimit } from './shapes.ts';

export const ListIdentityPools = operation({
  name: 'ListIdentityPools',
  access: { action: 'cognito-identity:ListIdentityPools', resource: anyPool },
  input: structure({ MaxResults: required(queryLimit), NextToken: paginationKey }),
  async handle({ store }: CognitoIdentityServices, { MaxResults, NextToken }) {
    const { items, nextToken } = await page(
      'ListIdentityPools',
      MaxResults,
      NextToken,
      async (after, limit) =>
        (await store.collection('pools').list({ limit, ...(after !== undefined && { after }) })).map(
          ({ key, value }) => ({
            key,
            item: { IdentityPoolId: value.poolId, IdentityPoolName: value.name },
          }),
        ),
    );
    return { IdentityPools: items, NextToken: nextToken };
  },
});
