import type { Documents } from '@daypass/server';
import { unlessMissing } from '../service/iam.ts';
import { askCognito, type Source } from './source.ts';

type Pool = Documents['pools'];

/** Members of DescribeIdentityPool, GetIdentityPoolRoles and GetPrincipalTagAttributeMap. Source: API reference. */
interface DescribedPool {
  readonly IdentityPoolId: string;
  readonly IdentityPoolName: string;
  readonly AllowUnauthenticatedIdentities: boolean;
  readonly AllowClassicFlow?: boolean | null;
  readonly SupportedLoginProviders?: Readonly<Record<string, string>> | null;
  readonly DeveloperProviderName?: string | null;
  readonly OpenIdConnectProviderARNs?: readonly string[] | null;
  readonly CognitoIdentityProviders?:
    | readonly {
        readonly ProviderName: string;
        readonly ClientId: string;
        readonly ServerSideTokenCheck?: boolean;
      }[]
    | null;
  readonly SamlProviderARNs?: readonly string[] | null;
  readonly IdentityPoolTags?: Readonly<Record<string, string>> | null;
}

interface DescribedMapping {
  readonly Type: 'Token' | 'Rules';
  readonly AmbiguousRoleResolution?: 'AuthenticatedRole' | 'Deny';
  readonly RulesConfiguration?: {
    readonly Rules: readonly {
      readonly Claim: string;
      readonly MatchType: 'Equals' | 'Contains' | 'StartsWith' | 'NotEqual';
      readonly Value: string;
      readonly RoleARN: string;
    }[];
  };
}

/** A pool with everything about it, its id kept. */
export async function readPool(source: Source, poolId: string): Promise<Pool> {
  const IdentityPoolId = poolId;
  const given = (await askCognito(source, 'DescribeIdentityPool', { IdentityPoolId })) as Readonly<
    Record<string, unknown>
  > &
    DescribedPool;
  const { Roles, RoleMappings } = await askCognito(source, 'GetIdentityPoolRoles', { IdentityPoolId });
  const pool = {
    poolId: given.IdentityPoolId as Pool['poolId'],
    name: given.IdentityPoolName,
    allowUnauthenticatedIdentities: given.AllowUnauthenticatedIdentities,
    ...(typeof given.AllowClassicFlow === 'boolean' && { allowClassicFlow: given.AllowClassicFlow }),
    supportedLoginProviders: given.SupportedLoginProviders ?? {},
    ...(given.DeveloperProviderName && { developerProviderName: given.DeveloperProviderName }),
    openIdConnectProviderArns: given.OpenIdConnectProviderARNs ?? [],
    cognitoIdentityProviders: (given.CognitoIdentityProviders ?? []).map(
      ({ ProviderName, ClientId, ServerSideTokenCheck = false }) => ({
        providerName: ProviderName,
        clientId: ClientId,
        serverSideTokenCheck: ServerSideTokenCheck,
      }),
    ),
    samlProviderArns: given.SamlProviderARNs ?? [],
    tags: given.IdentityPoolTags ?? {},
    roles: (Roles ?? {}) as Readonly<Record<string, string>>,
    roleMappings: Object.fromEntries(
      Object.entries((RoleMappings ?? {}) as Readonly<Record<string, DescribedMapping>>).map(
        ([key, mapping]) => [key, readMapping(mapping)],
      ),
    ),
    createdAt: Date.now(),
  };
  return { ...pool, principalTags: await readPrincipalTags(source, pool) };
}

function readMapping({ Type, AmbiguousRoleResolution, RulesConfiguration }: DescribedMapping) {
  return {
    type: Type,
    ...(AmbiguousRoleResolution && { ambiguousRoleResolution: AmbiguousRoleResolution }),
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

/** The map of every name that a provider can have one under; most have none. */
async function readPrincipalTags(
  source: Source,
  pool: Omit<Pool, 'principalTags'>,
): Promise<Pool['principalTags']> {
  const names = [
    ...Object.keys(pool.supportedLoginProviders),
    ...pool.openIdConnectProviderArns.flatMap((arn) => [arn, arn.slice(arn.indexOf('/') + 1)]),
    ...pool.samlProviderArns,
    ...pool.cognitoIdentityProviders.flatMap(({ providerName, clientId }) => [
      providerName,
      `${providerName}:${clientId}`,
    ]),
  ];
  const maps: [string, Pool['principalTags'][string]][] = [];
  for (const IdentityProviderName of names) {
    const input = { IdentityPoolId: pool.poolId, IdentityProviderName };
    const found = await unlessMissing(askCognito(source, 'GetPrincipalTagAttributeMap', input));
    const tags = (found?.PrincipalTags ?? {}) as Readonly<Record<string, string>>;
    const useDefaults = found?.UseDefaults === true;
    if (useDefaults || Object.keys(tags).length > 0) maps.push([IdentityProviderName, { useDefaults, tags }]);
  }
  return Object.fromEntries(maps);
}

/** Every role that the pool itself names. */
export function rolesOf(pool: Pool): ReadonlySet<string> {
  const mapped = Object.values(pool.roleMappings).flatMap(({ rules = [] }) =>
    rules.map(({ roleArn }) => roleArn),
  );
  return new Set([...Object.values(pool.roles), ...mapped]);
}
