import type { PoolDocument, RoleMapping } from '../../store/documents.ts';
import { operation } from '../protocol/operation.ts';
import { type Infer, required, structure } from '../protocol/shape.ts';
import { invalid, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, roleMappings, roles } from './shapes.ts';
import { changePool } from './stored-pool.ts';

/** Replaces a pool's roles and role mappings whole. */
export const SetIdentityPoolRoles = operation({
  name: 'SetIdentityPoolRoles',
  access: { action: 'cognito-identity:SetIdentityPoolRoles', resource: poolResource },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    Roles: required(roles),
    RoleMappings: roleMappings,
  }),
  async handle(services: CognitoIdentityServices, input) {
    await changePool(services, input.IdentityPoolId, (pool) => ({
      ...pool,
      roles: input.Roles,
      roleMappings: Object.fromEntries(
        Object.entries(input.RoleMappings ?? {}).map(([key, mapping]) => [
          key,
          readMapping(pool, key, mapping),
        ]),
      ),
    }));
    return undefined;
  },
});

function readMapping(
  pool: PoolDocument,
  key: string,
  mapping: Infer<typeof roleMappings>[string],
): RoleMapping {
  if (!mappableProviders(pool).has(key)) {
    throw invalid(`(${key}) is not a valid RoleMapping ProviderName or is not a configured provider.`);
  }
  const { Type, AmbiguousRoleResolution, RulesConfiguration } = mapping;
  if (AmbiguousRoleResolution === undefined)
    throw invalid(`AmbiguousRoleResolution is required for role mapping (${key}).`);
  if (Type === 'Rules' && RulesConfiguration === undefined) {
    throw invalid(`RulesConfiguration is required for role mapping (${key}) of type Rules.`);
  }
  if (Type === 'Token' && RulesConfiguration !== undefined) {
    throw invalid(`RulesConfiguration is not allowed for role mapping (${key}) of type Token.`);
  }
  return {
    type: Type,
    ambiguousRoleResolution: AmbiguousRoleResolution,
    ...(RulesConfiguration && {
      rules: RulesConfiguration.Rules.map(({ Claim, MatchType, Value, RoleARN }) => ({
        claim: Claim,
        matchType: MatchType,
        value: Value,
        roleArn: RoleARN,
      })),
    }),
  };
}

/** The keys role mappings may have in this pool. Source: API reference, SetIdentityPoolRoles, RoleMappings. */
function mappableProviders(pool: PoolDocument): ReadonlySet<string> {
  return new Set([
    ...Object.keys(pool.supportedLoginProviders),
    ...pool.openIdConnectProviderArns,
    ...pool.samlProviderArns,
    ...pool.cognitoIdentityProviders.map(({ providerName, clientId }) => `${providerName}:${clientId}`),
  ]);
}
