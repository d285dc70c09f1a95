import type { OidcSource } from './oidc.ts';

/**
 * Sign in with Apple identity tokens, login key `appleid.apple.com`. Source: Apple Developer, "Verifying a user":
 * `iss` is `https://appleid.apple.com`, `aud` the app's bundle id or Services ID, keys at
 * https://appleid.apple.com/auth/keys. Role mappings and tag maps may use every claim of the token.
 */
export const apple: OidcSource = {
  providerKey: 'appleid.apple.com',
  issuer: 'https://appleid.apple.com',
  jwksUri: 'https://appleid.apple.com/auth/keys',
};
