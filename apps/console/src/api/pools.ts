import type { Api } from './client.ts';
import { everyPage } from './pages.ts';

/** An identity pool as Cognito's API has it. */
export interface Pool {
  readonly IdentityPoolId: string;
  readonly IdentityPoolName: string;
  readonly AllowUnauthenticatedIdentities: boolean;
  readonly AllowClassicFlow?: boolean;
  readonly SupportedLoginProviders?: Readonly<Record<string, string>>;
  readonly DeveloperProviderName?: string;
  readonly OpenIdConnectProviderARNs?: readonly string[];
  readonly CognitoIdentityProviders?: readonly UserPoolClient[];
  readonly SamlProviderARNs?: readonly string[];
  readonly IdentityPoolTags?: Readonly<Record<string, string>>;
}

export interface UserPoolClient {
  readonly ProviderName: string;
  readonly ClientId: string;
  readonly ServerSideTokenCheck?: boolean;
}

export interface Rule {
  readonly Claim: string;
  readonly MatchType: 'Equals' | 'Contains' | 'StartsWith' | 'NotEqual';
  readonly Value: string;
  readonly RoleARN: string;
}

export interface RoleMapping {
  readonly Type: 'Token' | 'Rules';
  readonly AmbiguousRoleResolution?: 'AuthenticatedRole' | 'Deny';
  readonly RulesConfiguration?: { readonly Rules: readonly Rule[] };
}

export interface PoolRoles {
  readonly Roles: { readonly authenticated?: string; readonly unauthenticated?: string };
  /** By login key. */
  readonly RoleMappings?: Readonly<Record<string, RoleMapping>>;
}

/** What a pool does beyond Cognito; members the console does not edit are carried along. */
export interface PoolSettings {
  /** Seconds. */
  readonly CredentialLifetime?: number;
  readonly GuestScopeDown: 'AWS' | 'NONE' | 'POLICY';
  readonly GuestPolicy?: string;
}

/** A pool with everything that belongs to it. */
export interface WholePool {
  readonly pool: Pool;
  readonly roles: PoolRoles;
  readonly settings: PoolSettings;
}

export interface PoolName {
  readonly IdentityPoolId: string;
  readonly IdentityPoolName: string;
}

export function listPools(api: Api): Promise<readonly PoolName[]> {
  return everyPage(async (NextToken) => {
    const answer = await api.cognito<{ IdentityPools: PoolName[]; NextToken?: string }>('ListIdentityPools', {
      MaxResults: 60,
      NextToken,
    });
    return { items: answer.IdentityPools, next: answer.NextToken };
  });
}

export async function readPool(api: Api, IdentityPoolId: string): Promise<WholePool> {
  const [pool, roles, { Settings }] = await Promise.all([
    api.cognito<Pool>('DescribeIdentityPool', { IdentityPoolId }),
    api.cognito<Partial<PoolRoles>>('GetIdentityPoolRoles', { IdentityPoolId }),
    api.daypass<{ Settings: PoolSettings }>('GetPoolSettings', { IdentityPoolId }),
  ]);
  return { pool, roles: { ...roles, Roles: roles.Roles ?? {} }, settings: Settings };
}
