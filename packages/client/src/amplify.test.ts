import { describe, expect, it } from 'vitest';
import { createAmplifyAuth } from './amplify.ts';
import { tokenOf } from './testing/identity-pool.ts';
import { startTestPool, userPoolKey } from './testing/pool.ts';

/** A token provider as aws-amplify has it, with a user who may sign in and out. */
function userPool() {
  const jwt = (text: string) => ({ payload: {}, toString: () => text });
  let tokens: { accessToken: ReturnType<typeof jwt>; idToken: ReturnType<typeof jwt> } | null = null;
  return {
    signIn: () => {
      tokens = { accessToken: jwt('access'), idToken: jwt(tokenOf(userPoolKey, 'user')) };
    },
    signOut: () => {
      tokens = null;
    },
    getTokens: async () => tokens,
  };
}

describe('createAmplifyAuth', () => {
  it('works with an identity pool and no user pool: Amplify runs on federated credentials', async () => {
    await using pool = await startTestPool();
    const { auth, providers } = createAmplifyAuth(pool.config);
    const federated = await auth.federateToIdentityPool(pool.login('user'));
    expect(await providers.tokenProvider.getTokens()).toBeNull();
    expect(await providers.credentialsProvider.getCredentialsAndIdentityId()).toEqual(federated);
    const fresh = await providers.credentialsProvider.getCredentialsAndIdentityId({ forceRefresh: true });
    expect(fresh?.identityId).toBe(federated.identityId);
    expect(fresh?.credentials).not.toEqual(federated.credentials);
  });

  it('federates who signed in with Amplify, refuses another federation meanwhile, and lets go at sign-out', async () => {
    await using pool = await startTestPool();
    const user = userPool();
    const { auth, providers } = createAmplifyAuth(pool.config, user);
    const guest = await providers.credentialsProvider.getCredentialsAndIdentityId();
    user.signIn();
    const signedIn = await providers.credentialsProvider.getCredentialsAndIdentityId();
    expect(signedIn?.identityId).not.toBe(guest?.identityId);
    expect((await auth.fetchAuthSession()).userSub).toBe('user');
    await expect(auth.federateToIdentityPool(pool.login('other'))).rejects.toMatchObject({
      name: 'InvalidStateException',
    });
    user.signOut();
    providers.credentialsProvider.clearCredentialsAndIdentityId();
    await expect(auth.federateToIdentityPool(pool.login('other'))).resolves.toHaveProperty('identityId');
  });

  it('answers as Amplify’s own provider when guests are not allowed, and throws what else fails', async () => {
    await using pool = await startTestPool({ guests: false });
    const { providers } = createAmplifyAuth(pool.config);
    expect(await providers.credentialsProvider.getCredentialsAndIdentityId()).toBeUndefined();
    pool.relay.always = 'internal';
    await expect(providers.credentialsProvider.getCredentialsAndIdentityId()).rejects.toMatchObject({
      name: 'InternalErrorException',
    });
  });
});
