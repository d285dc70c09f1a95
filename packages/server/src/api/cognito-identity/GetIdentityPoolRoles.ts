import type { RoleMapping } from '../../store/documents.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId } from './shapes.ts';
import { storedPool } from './stored-pool.ts';

export const GetIdentityPoolRoles = operation({
  name: 'GetIdentityPoolRoles',
  access: { action: 'cognito-identity:GetIdentityPoolRoles', resource: poolResource },
  input: structure({ IdentityPoolId: required(identityPoolId) }),
  async handle(services: CognitoIdentityServices, input) {
    const { value: pool } = await storedPool(services, input.IdentityPoolId);
    const mappings = Object.entries(pool.roleMappings).map(([key, mapping]) => [
      key,
      describeMapping(mapping),
    ]);
    return {
      IdentityPoolId: pool.poolId,
      Roles: pool.roles,
      RoleMappings: mappings.length === 0 ? undefined : Object.fromEntries(mappings),
    };
  },
});

function describeMapping(mapping: RoleMapping) {
  return {
    Type: mapping.type,
    AmbiguousRoleResolution: mapping.ambiguousRoleResolution,
    RulesConfiguration: mapping.rules && {
      Rules: mapping.rules.map(({ claim, matchType, value, roleArn }) => ({
        Claim: claim,
        MatchType: matchType,
        Value: value,
        RoleARN: roleArn,
      })),
    },
  };
}
