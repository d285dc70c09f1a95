import type { AuthConfig } from './config.ts';
import { createAuth } from './create-auth.ts';
import type { Credentials } from './machine.ts';
import type { AuthProvider } from './provider.ts';
import { memoryStorage } from './storage/storage.ts';

interface Login {
  readonly provider: AuthProvider;
  readonly token: () => string | Promise<string>;
}

export interface FromIdentityPoolConfig extends Omit<AuthConfig, 'tokenProvider' | 'userPool'> {
  /** Whose credentials: the provider, and a function for its present token. A guest's without it. */
  readonly login?: Login;
  readonly customRoleArn?: string;
}

/** The shape of `AwsCredentialIdentityProvider` of the AWS SDK for JavaScript v3. */
export type CredentialsProvider = () => Promise<Credentials & { readonly identityId: string }>;

/**
 * Credentials of an identity pool for any client of the AWS SDK for JavaScript v3, in the manner of the SDK's own
 * `fromCognitoIdentityPool`. Who has an `Auth` already passes `auth.credentials` instead.
 *
 * @example
 * ```ts
 * const credentials = fromIdentityPool({ identityPoolId, login: { provider: AuthProvider.google, token: googleToken } });
 * const s3 = new S3Client({ region: 'us-east-1', credentials });
 * ```
 */
export function fromIdentityPool({
  login,
  customRoleArn,
  ...config
}: FromIdentityPoolConfig): CredentialsProvider {
  const auth = createAuth({
    ...config,
    // A session of its own: the page's may be another user's.
    storage: config.storage ?? memoryStorage(),
    tokenProvider: login && (async () => login.token()),
    // Who has a login is no guest first.
    ...(login && { allowGuestAccess: false }),
  });
  let signingIn: Promise<unknown> | undefined;
  const signIn = async ({ provider, token }: Login) => {
    const options = customRoleArn === undefined ? {} : { customRoleArn };
    await auth.federateToIdentityPool({ token: await token(), provider, options });
  };
  return async () => {
    if (login && !(await auth.fetchAuthSession()).isSignedIn) {
      signingIn ??= signIn(login).finally(() => {
        signingIn = undefined;
      });
      await signingIn;
    }
    return auth.credentials();
  };
}
