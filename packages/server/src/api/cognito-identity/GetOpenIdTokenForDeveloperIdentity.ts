import { developerToken } from '../../federation/developer.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { integer, map, required, string, structure } from '../protocol/shape.ts';
import { poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityId, identityPoolId, logins } from './shapes.ts';

/** A token of the pool for a user of the app's own backend. */
export const GetOpenIdTokenForDeveloperIdentity = operation({
  name: 'GetOpenIdTokenForDeveloperIdentity',
  access: { action: 'cognito-identity:GetOpenIdTokenForDeveloperIdentity', resource: poolResource },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    IdentityId: identityId,
    Logins: required(logins),
    PrincipalTags: map(string({ min: 1, max: 128 }), string({ min: 1, max: 256 }), { max: 50 }),
    TokenDuration: integer({ min: 1, max: 86400 }),
  }),
  async handle({ federation }: CognitoIdentityServices, input) {
    const { identityId, token } = await developerToken(federation, {
      poolId: input.IdentityPoolId as PoolId,
      identityId: input.IdentityId as IdentityId | undefined,
      logins: input.Logins,
      principalTags: input.PrincipalTags ?? {},
      lifetime: input.TokenDuration,
    });
    return { IdentityId: identityId, Token: token };
  },
});
