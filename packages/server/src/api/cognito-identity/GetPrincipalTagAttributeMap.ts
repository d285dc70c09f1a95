import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { poolResource } from './pool.ts';
import { describeTagMap } from './SetPrincipalTagAttributeMap.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, identityProviderName } from './shapes.ts';
import { storedPool } from './stored-pool.ts';

export const GetPrincipalTagAttributeMap = operation({
  name: 'GetPrincipalTagAttributeMap',
  access: { action: 'cognito-identity:GetPrincipalTagAttributeMap', resource: poolResource },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    IdentityProviderName: required(identityProviderName),
  }),
  async handle(services: CognitoIdentityServices, { IdentityPoolId, IdentityProviderName }) {
    const { value: pool } = await storedPool(services, IdentityPoolId);
    const tagMap = Object.hasOwn(pool.principalTags, IdentityProviderName)
      ? pool.principalTags[IdentityProviderName]
      : undefined;
    if (tagMap === undefined) {
      throw new ServiceError(
        'ResourceNotFoundException',
        `No principal tag attribute map is set for provider '${IdentityProviderName}'.`,
      );
    }
    return describeTagMap(IdentityPoolId, IdentityProviderName, tagMap);
  },
});
