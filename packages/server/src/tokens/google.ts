import type { OidcSource } from './oidc.ts';

/**
 * Google id tokens, login key `accounts.google.com`. Source: Google Identity, "OpenID Connect", "Validating an ID
 * token": `iss` is always `https://accounts.google.com` or `accounts.google.com`.
 * Role mappings and tag maps may use every claim of the token.
 */
export const google: OidcSource = {
  providerKey: 'accounts.google.com',
  issuer: 'https://accounts.google.com',
  alsoIssuedAs: ['accounts.google.com'],
};
