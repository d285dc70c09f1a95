import { ServiceError } from '../../errors.ts';
import { developerProvider, identityOfDeveloper } from '../../federation/developer.ts';
import { notFound } from '../../federation/identities.ts';
import type { IdentityId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { page } from '../protocol/pagination.ts';
import { required, structure } from '../protocol/shape.ts';
import { invalid, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { developerUserIdentifier, identityId, identityPoolId, paginationKey, queryLimit } from './shapes.ts';

const defaultPage = 60;

/** The developer users of an identity, found by the identity or by one of them; given both, they must belong together. */
export const LookupDeveloperIdentity = operation({
  name: 'LookupDeveloperIdentity',
  access: { action: 'cognito-identity:LookupDeveloperIdentity', resource: poolResource },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    IdentityId: identityId,
    DeveloperUserIdentifier: developerUserIdentifier,
    MaxResults: queryLimit,
    NextToken: paginationKey,
  }),
  async handle({ federation, store }: CognitoIdentityServices, input) {
    const {
      IdentityPoolId,
      IdentityId,
      DeveloperUserIdentifier,
      MaxResults = defaultPage,
      NextToken,
    } = input;
    const pool = await federation.pools.get(IdentityPoolId);
    const provider = developerProvider(pool);
    if (IdentityId === undefined && DeveloperUserIdentifier === undefined) {
      throw invalid('Please provide an identity id, a developer user identifier, or both.');
    }
    const identity =
      DeveloperUserIdentifier === undefined
        ? await store.getIdentityWithLogins(IdentityId as IdentityId)
        : await identityOfDeveloper(federation, pool, provider, DeveloperUserIdentifier);
    if (identity === undefined || identity.poolId !== IdentityPoolId)
      throw notFound(IdentityId as IdentityId);
    if (IdentityId !== undefined && identity.identityId !== IdentityId) {
      throw new ServiceError(
        'ResourceConflictException',
        'The identity and the developer user do not belong together.',
      );
    }
    const users = identity.logins
      .filter((login) => login.provider === provider)
      .map(({ subject }) => subject);
    const { items, nextToken } = await page(
      'LookupDeveloperIdentity',
      MaxResults,
      NextToken,
      async (after, limit) =>
        users
          .filter((user) => after === undefined || byteOrder(user, after) > 0)
          .slice(0, limit)
          .map((user) => ({ key: user, item: user })),
    );
    return { IdentityId: identity.identityId, DeveloperUserIdentifierList: items, NextToken: nextToken };
  },
});

/** The order the store lists them in; that of JavaScript's strings differs outside the Basic Multilingual Plane. */
function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
