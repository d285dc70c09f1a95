import type { PoolDocument, PrincipalTagMap } from '../../store/documents.ts';
import type { Output } from '../protocol/operation.ts';
import { operation } from '../protocol/operation.ts';
import { boolean, map, required, string, structure } from '../protocol/shape.ts';
import { invalid, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, identityProviderName } from './shapes.ts';
import { changePool } from './stored-pool.ts';

/** Says which claims of a provider's tokens become principal tags. */
export const SetPrincipalTagAttributeMap = operation({
  name: 'SetPrincipalTagAttributeMap',
  access: { action: 'cognito-identity:SetPrincipalTagAttributeMap', resource: poolResource },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    IdentityProviderName: required(identityProviderName),
    UseDefaults: boolean(),
    PrincipalTags: map(string({ min: 1, max: 128 }), string({ min: 1, max: 256 }), { max: 50 }),
  }),
  async handle(services: CognitoIdentityServices, input) {
    const { IdentityPoolId, IdentityProviderName, UseDefaults = false, PrincipalTags = {} } = input;
    const tagMap = { useDefaults: UseDefaults, tags: PrincipalTags };
    await changePool(services, IdentityPoolId, (pool) => {
      if (!taggableProviders(pool).has(IdentityProviderName)) {
        throw invalid(`(${IdentityProviderName}) is not a configured provider of this identity pool.`);
      }
      return { ...pool, principalTags: { ...pool.principalTags, [IdentityProviderName]: tagMap } };
    });
    return describeTagMap(IdentityPoolId, IdentityProviderName, tagMap);
  },
});

/** A provider is named by its login key or, registered in IAM, by its ARN. */
function taggableProviders(pool: PoolDocument): ReadonlySet<string> {
  return new Set([
    ...Object.keys(pool.supportedLoginProviders),
    ...pool.openIdConnectProviderArns.flatMap((arn) => [arn, arn.slice(arn.indexOf('/') + 1)]),
    ...pool.samlProviderArns,
    ...pool.cognitoIdentityProviders.flatMap(({ providerName, clientId }) => [
      providerName,
      `${providerName}:${clientId}`,
    ]),
  ]);
}

export function describeTagMap(poolId: string, provider: string, tagMap: PrincipalTagMap): Output {
  return {
    IdentityPoolId: poolId,
    IdentityProviderName: provider,
    UseDefaults: tagMap.useDefaults,
    PrincipalTags: tagMap.tags,
  };
}
