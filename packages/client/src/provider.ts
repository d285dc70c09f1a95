declare const brand: unique symbol;

/** An outside identity provider, named by the key under which its token is sent in `Logins`. */
export interface AuthProvider {
  readonly loginKey: string;
  readonly [brand]?: never;
}

const provider = (loginKey: string): AuthProvider => ({ loginKey });

/**
 * The providers an identity pool knows.
 *
 * @example
 * ```ts
 * auth.federateToIdentityPool({ token: googleIdToken, provider: AuthProvider.google });
 * auth.federateToIdentityPool({ token: idToken, provider: AuthProvider.oidc('Keycloak', 'https://id.example.com/realms/game') });
 * ```
 */
export const AuthProvider = {
  /** Google; the token is the OpenID Connect ID token. */
  google: provider('accounts.google.com'),
  /** Facebook; the token is the user access token. */
  facebook: provider('graph.facebook.com'),
  /** Login with Amazon; the token is the access token. */
  amazon: provider('www.amazon.com'),
  /** Sign in with Apple; the token is the identity token. */
  apple: provider('appleid.apple.com'),
  /** Twitter; the token is `oauth_token;oauth_token_secret`. */
  twitter: provider('api.twitter.com'),
  /** A developer-authenticated identity; the token is the one of `GetOpenIdTokenForDeveloperIdentity`. */
  developer: provider('cognito-identity.amazonaws.com'),
  /** A Cognito user pool; the token is the user's ID token. */
  cognito: ({ region, userPoolId }: { region: string; userPoolId: string }): AuthProvider =>
    provider(`cognito-idp.${region}.amazonaws.com/${userPoolId}`),
  /** Any OpenID Connect provider; `name` is for the reader, `issuer` is its issuer URL, the token is its ID token. */
  oidc: (_name: string, issuer: string): AuthProvider => provider(issuer.replace(/^https?:\/\//, '')),
  /** A SAML provider; `name` is for the reader, `providerArn` names it in IAM, the token is the base64 `SAMLResponse`. */
  saml: (_name: string, providerArn: string): AuthProvider => provider(providerArn),
  /** Any other login key, exactly as the identity pool lists it. */
  custom: (name: string): AuthProvider => provider(name),
};
