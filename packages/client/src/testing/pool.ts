import { AuthProvider } from '../provider.ts';
import { startIdentityPool, tokenOf } from './identity-pool.ts';
import { type Relay, startRelay } from './relay.ts';

/** One pool that admits guests and Google's users, behind a relay; for tests of what is built on the core. */
export interface TestPool extends AsyncDisposable {
  readonly config: { readonly identityPoolId: string; readonly endpoint: string };
  readonly relay: Relay;
  /** Forgets an identity, as `DeleteIdentities` does. */
  deleteIdentity(identityId: string): void;
  /** A login of `subject`, as `federateToIdentityPool` takes it. */
  login(subject: string, lifetime?: number): { token: string; provider: AuthProvider };
}

const identityPoolId = 'us-east-1:00000000-0000-4000-8000-000000000001';
const provider = AuthProvider.google;
/** The login key of the user pool that the pool knows. */
export const userPoolKey = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_game';

export async function startTestPool({ guests = true } = {}): Promise<TestPool> {
  const providers = [provider.loginKey, userPoolKey];
  const pool = await startIdentityPool({ [identityPoolId]: { guests, providers } });
  const relay = await startRelay(pool.endpoint);
  return {
    config: { identityPoolId, endpoint: relay.endpoint },
    relay,
    deleteIdentity: pool.deleteIdentity,
    login: (subject, lifetime) => ({ token: tokenOf(provider.loginKey, subject, lifetime), provider }),
    async [Symbol.asyncDispose]() {
      await relay.close();
      await pool.close();
    },
  };
}
