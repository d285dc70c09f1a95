import type { Auth } from './auth.ts';
import type { AuthConfig } from './config.ts';
import { createAuth } from './create-auth.ts';
import { SignedOutException } from './errors.ts';
import type { Credentials } from './machine.ts';

/** The tokens of aws-amplify v6, whose JSON Web Tokens print as their text. */
export interface AmplifyTokens {
  readonly accessToken: { toString(): string };
  readonly idToken?: { toString(): string };
}

/** aws-amplify v6's `TokenProvider`, for example its `cognitoUserPoolsTokenProvider`. */
export interface AmplifyTokenProvider<Tokens extends AmplifyTokens> {
  getTokens(options?: { forceRefresh?: boolean }): Promise<Tokens | null>;
}

/** aws-amplify v6's `CredentialsAndIdentityIdProvider`. */
export interface AmplifyCredentialsProvider {
  getCredentialsAndIdentityId(options?: {
    forceRefresh?: boolean;
  }): Promise<{ credentials: Credentials; identityId: string } | undefined>;
  clearCredentialsAndIdentityId(): void;
}

export interface AmplifyAuth<Tokens extends AmplifyTokens> {
  /** Federation, events and the rest, beside Amplify's own functions. */
  readonly auth: Auth;
  /** `Auth` in the second argument of `Amplify.configure`. */
  readonly providers: {
    readonly credentialsProvider: AmplifyCredentialsProvider;
    readonly tokenProvider: AmplifyTokenProvider<Tokens>;
  };
}

/**
 * Puts identity pool federation below aws-amplify v6, so that Storage and the others run on its credentials. With
 * `userPoolTokens` a user whom Amplify's own `signIn` signed in is federated without being asked, and
 * `federateToIdentityPool` is refused until they sign out; without it no user pool is needed.
 *
 * @example
 * ```ts
 * const { auth, providers } = createAmplifyAuth({ identityPoolId, endpoint }, cognitoUserPoolsTokenProvider);
 * Amplify.configure({ Auth: { Cognito } }, { Auth: providers });
 * cognitoUserPoolsTokenProvider.setAuthConfig({ Cognito });
 * await auth.federateToIdentityPool({ token, provider: AuthProvider.google });
 * const { credentials, identityId } = await fetchAuthSession(); // Amplify's
 * ```
 */
export function createAmplifyAuth<Tokens extends AmplifyTokens = never>(
  config: Omit<AuthConfig, 'userPool'>,
  userPoolTokens?: AmplifyTokenProvider<Tokens>,
): AmplifyAuth<Tokens> {
  const tokenProvider = userPoolTokens ?? { getTokens: async () => null };
  const auth = createAuth({
    ...config,
    userPool: {
      async getTokens() {
        const tokens = await tokenProvider.getTokens();
        return (
          tokens?.idToken && { idToken: String(tokens.idToken), accessToken: String(tokens.accessToken) }
        );
      },
    },
  });
  return {
    auth,
    providers: {
      tokenProvider,
      credentialsProvider: {
        async getCredentialsAndIdentityId({ forceRefresh = false } = {}) {
          const { outcomes } = await auth.fetchAuthSession({ forceRefresh });
          const { credentials, identityId } = outcomes;
          if (credentials.ok && identityId.ok) {
            return { credentials: credentials.value, identityId: identityId.value };
          }
          // Amplify's own provider answers so when guests are not allowed; every other failure is thrown.
          const error = credentials.ok ? undefined : credentials.error;
          if (!error || error instanceof SignedOutException) return undefined;
          throw error;
        },
        clearCredentialsAndIdentityId: () => void auth.signOut(),
      },
    },
  };
}
