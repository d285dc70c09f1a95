import { boolean, integer, list, map, required, string, structure } from '../protocol/shape.ts';

// The constraints of the API model, service version 2014-06-30.

export const identityPoolId = string({ min: 1, max: 55, pattern: '[\\w-]+:[0-9a-f-]+' });
export const identityId = string({ min: 1, max: 55, pattern: '[\\w-]+:[0-9a-f-]+' });
export const identityPoolName = string({ min: 1, max: 128, pattern: '[\\w\\s+=,.@-]+' });
export const identityProviderName = string({ min: 1, max: 128 });
export const arn = string({ min: 20, max: 2048 });
export const accountId = string({ min: 1, max: 15, pattern: '\\d+' });
export const queryLimit = integer({ min: 1, max: 60 });
export const paginationKey = string({ min: 1, max: 65535, pattern: '[\\S]+' });
export const developerProviderName = string({ min: 1, max: 128, pattern: '[\\w._-]+' });
export const developerUserIdentifier = string({ min: 1, max: 1024 });
export const logins = map(identityProviderName, string({ min: 1, max: 50000, sensitive: true }), { max: 10 });
export const identityPoolTags = map(string({ min: 1, max: 128 }), string({ min: 0, max: 256 }));
export const roles = map(string({ min: 1, max: 128, pattern: '(un)?authenticated' }), arn, { max: 2 });

const cognitoIdentityProvider = structure({
  ProviderName: string({ min: 1, max: 128, pattern: '[\\w._:/-]+' }),
  ClientId: string({ min: 1, max: 128, pattern: '[\\w_]+' }),
  ServerSideTokenCheck: boolean(),
});

const roleMapping = structure({
  Type: required(string({ values: ['Token', 'Rules'] })),
  AmbiguousRoleResolution: string({ values: ['AuthenticatedRole', 'Deny'] }),
  RulesConfiguration: structure({
    // The model says 400; the quotas page and the service say 25.
    Rules: required(
      list(
        structure({
          Claim: required(string({ min: 1, max: 64, pattern: '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+' })),
          MatchType: required(string({ values: ['Equals', 'Contains', 'StartsWith', 'NotEqual'] })),
          Value: required(string({ min: 1, max: 128 })),
          RoleARN: required(arn),
        }),
        { min: 1, max: 25 },
      ),
    ),
  }),
});

export const roleMappings = map(identityProviderName, roleMapping, { max: 10 });

/** The members CreateIdentityPool and UpdateIdentityPool share. */
export const poolMembers = {
  IdentityPoolName: required(identityPoolName),
  AllowUnauthenticatedIdentities: required(boolean()),
  AllowClassicFlow: boolean(),
  SupportedLoginProviders: map(identityProviderName, string({ min: 1, max: 128, pattern: '[\\w.;_/-]+' }), {
    max: 10,
  }),
  DeveloperProviderName: developerProviderName,
  OpenIdConnectProviderARNs: list(arn),
  CognitoIdentityProviders: list(cognitoIdentityProvider),
  SamlProviderARNs: list(arn),
  IdentityPoolTags: identityPoolTags,
} as const;

export const poolInput = structure(poolMembers);
