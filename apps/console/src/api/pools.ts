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
  /** Seconds after which a guest who was not seen is deleted. */
  readonly GuestExpiry?: number;
  /** What becomes of logins of user pools that ask for a check that only AWS can make. */
  readonly ServerSideTokenCheck: 'REFUSE' | 'SKIP';
}

export interface PoolName {
  readonly IdentityPoolId: string;
  readonly IdentityPoolName: string;
}

/** A provider as people know it: registered ones by what their ARN ends with. */
export function providerNameOf(key: string): string {
  return key.startsWith('arn:') ? key.slice(key.indexOf('/') + 1) : key;
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

export async function readPoolRoles(api: Api, IdentityPoolId: string): Promise<PoolRoles> {
  const roles = await api.cognito<Partial<PoolRoles>>('GetIdentityPoolRoles', { IdentityPoolId });
  return { ...roles, Roles: roles.Roles ?? {} };
}

export async function readSettings(api: Api, IdentityPoolId: string): Promise<PoolSettings> {
  const { Settings } = await api.daypass<{ Settings: PoolSettings }>('GetPoolSettings', { IdentityPoolId });
  return Settings;
}
