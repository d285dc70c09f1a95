import { expect, it } from 'vitest';
import { AuthProvider } from './provider.ts';

const arn = 'arn:aws:iam::000000000000:saml-provider/Company';

it.each([
  ['google', AuthProvider.google, 'accounts.google.com'],
  ['facebook', AuthProvider.facebook, 'graph.facebook.com'],
  ['amazon', AuthProvider.amazon, 'www.amazon.com'],
  ['apple', AuthProvider.apple, 'appleid.apple.com'],
  ['twitter', AuthProvider.twitter, 'api.twitter.com'],
  ['developer', AuthProvider.developer, 'cognito-identity.amazonaws.com'],
  [
    'cognito',
    AuthProvider.cognito({ region: 'eu-west-1', userPoolId: 'eu-west-1_abc' }),
    'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc',
  ],
  ['oidc', AuthProvider.oidc('Keycloak', 'https://id.example.com/realms/game'), 'id.example.com/realms/game'],
  ['saml', AuthProvider.saml('Company', arn), arn],
  ['custom', AuthProvider.custom('login.example'), 'login.example'],
])('AuthProvider.%s sends its token under the key the pool knows', (_, provider, loginKey) => {
  expect(provider.loginKey).toBe(loginKey);
});
