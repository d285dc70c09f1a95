import type { Pool } from '../../api/pools.ts';

/** A pool as it stands in the form. */
export interface Draft {
  readonly name: string;
  readonly guests: boolean;
  readonly classic: boolean;
  readonly developer: string;
  readonly oidc: readonly string[];
  readonly saml: readonly string[];
  readonly social: readonly { readonly provider: string; readonly appId: string }[];
  readonly userPools: readonly {
    readonly provider: string;
    readonly clientId: string;
    readonly check: boolean;
  }[];
}

/** The providers SupportedLoginProviders may name. */
export const socialProviders = [
  { value: 'accounts.google.com', label: 'Google' },
  { value: 'appleid.apple.com', label: 'Apple' },
  { value: 'graph.facebook.com', label: 'Facebook' },
  { value: 'www.amazon.com', label: 'Login with Amazon' },
  { value: 'api.twitter.com', label: 'X (Twitter)' },
] as const;

export function draftOf(pool: Partial<Pool>): Draft {
  return {
    name: pool.IdentityPoolName ?? '',
    guests: pool.AllowUnauthenticatedIdentities ?? false,
    classic: pool.AllowClassicFlow ?? false,
    developer: pool.DeveloperProviderName ?? '',
    oidc: pool.OpenIdConnectProviderARNs ?? [],
    saml: pool.SamlProviderARNs ?? [],
    social: Object.entries(pool.SupportedLoginProviders ?? {}).map(([provider, appId]) => ({
      provider,
      appId,
    })),
    userPools: (pool.CognitoIdentityProviders ?? []).map(
      ({ ProviderName, ClientId, ServerSideTokenCheck }) => ({
        provider: ProviderName,
        clientId: ClientId,
        check: ServerSideTokenCheck ?? false,
      }),
    ),
  };
}

/** The members of CreateIdentityPool and UpdateIdentityPool; lists that are empty are left out. */
export function poolInput({
  name,
  guests,
  classic,
  developer,
  oidc,
  saml,
  social,
  userPools,
}: Draft): object {
  return {
    IdentityPoolName: name.trim(),
    AllowUnauthenticatedIdentities: guests,
    AllowClassicFlow: classic,
    ...(developer.trim() !== '' && { DeveloperProviderName: developer.trim() }),
    ...(oidc.length > 0 && { OpenIdConnectProviderARNs: oidc }),
    ...(saml.length > 0 && { SamlProviderARNs: saml }),
    ...(social.length > 0 && {
      SupportedLoginProviders: Object.fromEntries(
        social.map(({ provider, appId }) => [provider, appId.trim()]),
      ),
    }),
    ...(userPools.length > 0 && {
      CognitoIdentityProviders: userPools.map(({ provider, clientId, check }) => ({
        ProviderName: provider.trim(),
        ClientId: clientId.trim(),
        ServerSideTokenCheck: check,
      })),
    }),
  };
}
