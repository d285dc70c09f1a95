import { identityPoolPrincipal } from '../../access/assume.ts';
import { passRoleRefusal } from '../../access/authorize.ts';
import { ServiceError } from '../../errors.ts';
import type { PoolDocument, RoleMapping } from '../../store/documents.ts';
import { operation, type RequestContext } from '../protocol/operation.ts';
import { type Infer, required, structure } from '../protocol/shape.ts';
import { invalid, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, roleMappings, roles } from './shapes.ts';
import { changePool } from './stored-pool.ts';

/**
 * Replaces a pool's roles and role mappings whole. Who gives a role away must be allowed to pass it to Cognito: otherwise
 * a pool would be a way to any role. Source: developer guide, "Using role-based access control".
 */
export const SetIdentityPoolRoles = operation({
  name: 'SetIdentityPoolRoles',
  access: { action: 'cognito-identity:SetIdentityPoolRoles', resource: poolResource },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    Roles: required(roles),
    RoleMappings: roleMappings,
  }),
  async handle(services: CognitoIdentityServices, input, context) {
    await mayPass(services, rolesIn(input), context);
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

function rolesIn(input: {
  Roles: Infer<typeof roles>;
  RoleMappings?: Infer<typeof roleMappings>;
}): ReadonlySet<string> {
  const mapped = Object.values(input.RoleMappings ?? {}).flatMap(({ RulesConfiguration }) =>
    (RulesConfiguration?.Rules ?? []).map(({ RoleARN }) => RoleARN),
  );
  return new Set([...Object.values(input.Roles), ...mapped]);
}

async function mayPass(
  { authorization, clock }: CognitoIdentityServices,
  roleArns: ReadonlySet<string>,
  { caller, sourceIp }: RequestContext,
): Promise<void> {
  for (const roleArn of roleArns) {
    const passed = { roleArn, to: identityPoolPrincipal, sourceIp, now: clock.now() };
    const refusal = caller && (await passRoleRefusal(authorization, caller, passed));
    if (refusal !== undefined) {
      throw new ServiceError('NotAuthorizedException', `Access to Role '${roleArn}' is forbidden.`, {
        reason: refusal,
      });
    }
  }
}

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
