import { mergeDevelopers } from '../../federation/developer.ts';
import type { PoolId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { developerProviderName, developerUserIdentifier, identityPoolId } from './shapes.ts';

export const MergeDeveloperIdentities = operation({
  name: 'MergeDeveloperIdentities',
  access: { action: 'cognito-identity:MergeDeveloperIdentities', resource: poolResource },
  input: structure({
    SourceUserIdentifier: required(developerUserIdentifier),
    DestinationUserIdentifier: required(developerUserIdentifier),
    DeveloperProviderName: required(developerProviderName),
    IdentityPoolId: required(identityPoolId),
  }),
  async handle({ federation }: CognitoIdentityServices, input) {
    const identityId = await mergeDevelopers(federation, {
      poolId: input.IdentityPoolId as PoolId,
      provider: input.DeveloperProviderName,
      source: input.SourceUserIdentifier,
      destination: input.DestinationUserIdentifier,
    });
    return { IdentityId: identityId };
  },
});
