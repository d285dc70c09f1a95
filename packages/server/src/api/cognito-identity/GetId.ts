import { ServiceError } from '../../errors.ts';
import { arrive } from '../../federation/standing.ts';
import type { PoolId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { CognitoIdentityServices } from './services.ts';
import { accountId, identityPoolId, logins } from './shapes.ts';

/** The identity of a set of logins; without any, a new guest. */
export const GetId = operation({
  name: 'GetId',
  access: 'public',
  input: structure({ AccountId: accountId, IdentityPoolId: required(identityPoolId), Logins: logins }),
  async handle({ federation, place }: CognitoIdentityServices, { AccountId, IdentityPoolId, Logins = {} }) {
    if (AccountId !== undefined && AccountId !== place.account) {
      throw new ServiceError('ResourceNotFoundException', `IdentityPool '${IdentityPoolId}' not found.`, {
        reason: 'the pool belongs to another account',
      });
    }
    const { claim } = await arrive(federation, IdentityPoolId as PoolId, Logins);
    return { IdentityId: claim.identityId };
  },
});
