import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAuth } from './create-auth.ts';
import type { UserPoolTokens } from './session.ts';
import { describeBehaviour } from './testing/behaviour.ts';
import { tokenOf } from './testing/identity-pool.ts';
import { startTestPool, userPoolKey } from './testing/pool.ts';
import { startRecording } from './testing/recording.ts';

for (const protocol of ['daypass', 'cognito'] as const) {
  describeBehaviour(`the client and the wire shapes of AWS (${protocol})`, () => startRecording(protocol));
}

describe('createAuth', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('keeps a guest’s identity that is known although its credentials failed', async () => {
    await using pool = await startTestPool();
    const auth = createAuth({ ...pool.config, protocol: 'cognito' });
    pool.relay.before = ({ headers }) => {
      pool.relay.always = String(headers['x-amz-target']).endsWith('GetId') ? undefined : 'internal';
    };
    const failed = await auth.fetchAuthSession();
    expect(() => failed.credentials).toThrow(expect.objectContaining({ name: 'InternalErrorException' }));
    pool.relay.before = undefined;
    pool.relay.always = undefined;
    const session = await auth.fetchAuthSession();
    expect(session.identityId).toBe(failed.identityId);
    expect(session.credentials.accessKeyId).toEqual(expect.any(String));
  });

  it('takes a new guest’s identity for one that was deleted', async () => {
    await using pool = await startTestPool();
    const auth = createAuth(pool.config);
    const { identityId } = await auth.fetchAuthSession();
    pool.deleteIdentity(identityId);
    const session = await auth.fetchAuthSession({ forceRefresh: true });
    expect(session.identityId).not.toBe(identityId);
    expect(session.credentials.accessKeyId).toEqual(expect.any(String));
  });

  it('asks for the same role at every refresh', async () => {
    await using pool = await startTestPool();
    const auth = createAuth(pool.config);
    const customRoleArn = 'arn:aws:iam::000000000000:role/editor';
    await auth.federateToIdentityPool({ ...pool.login('user'), options: { customRoleArn } });
    await auth.fetchAuthSession({ forceRefresh: true });
    expect(pool.relay.requests).toHaveLength(2);
    for (const { input } of pool.relay.requests)
      expect(input).toMatchObject({ CustomRoleArn: customRoleArn });
  });

  it('keeps the session when the tokenProvider cannot say, and ends it when it has no token', async () => {
    await using pool = await startTestPool();
    let answer = (): Promise<string | undefined> => Promise.reject(new Error('offline'));
    const auth = createAuth({ ...pool.config, tokenProvider: () => answer() });
    const { token, provider } = pool.login('user', 3);
    await auth.federateToIdentityPool({ token, provider });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7_200_000 });
    const offline = await auth.fetchAuthSession();
    expect(offline.isSignedIn).toBe(true);
    expect(() => offline.credentials).toThrow(
      expect.objectContaining({ name: 'UnknownException', message: 'offline' }),
    );
    answer = () => Promise.resolve(undefined);
    expect((await auth.fetchAuthSession()).isSignedIn).toBe(false);
    answer = () => Promise.resolve(pool.login('user').token);
    expect((await auth.fetchAuthSession()).isSignedIn).toBe(true);
    vi.useRealTimers();
  });

  it('never mixes a signed-in user with the identity of a federation before', async () => {
    await using pool = await startTestPool();
    let tokens: UserPoolTokens | undefined;
    const auth = createAuth({ ...pool.config, userPool: { getTokens: async () => tokens } });
    await auth.federateToIdentityPool(pool.login('somebody'));
    tokens = { idToken: tokenOf(userPoolKey, 'user'), accessToken: 'access' };
    pool.relay.always = 'internal';
    const session = await auth.fetchAuthSession();
    expect(session.userSub).toBe('user');
    for (const read of [() => session.identityId, () => session.credentials]) {
      expect(read).toThrow(expect.objectContaining({ name: 'InternalErrorException' }));
    }
  });

  it('gives a guest their last credentials although the pool stopped admitting guests', async () => {
    await using pool = await startTestPool();
    const auth = createAuth(pool.config);
    const { accessKeyId, expiration } = await auth.credentials();
    pool.relay.always = 'noGuests';
    vi.useFakeTimers({ toFake: ['Date'], now: +expiration - 60_000 });
    expect((await auth.credentials()).accessKeyId).toBe(accessKeyId);
    vi.setSystemTime(+expiration);
    await expect(auth.credentials()).rejects.toMatchObject({ name: 'SignedOutException' });
    vi.useRealTimers();
  });

  it('throws nothing but its own errors, whatever a callback throws', async () => {
    await using pool = await startTestPool();
    const userPool = { getTokens: () => Promise.reject(new Error('offline')) };
    const auth = createAuth({ ...pool.config, userPool });
    const calls = [
      auth.credentials(),
      auth.getCurrentUser(),
      auth.federateToIdentityPool(pool.login('user')),
    ];
    for (const call of calls)
      await expect(call).rejects.toMatchObject({ name: 'UnknownException', message: 'offline' });
  });

  it('says in every part why the user pool cannot be asked', async () => {
    await using pool = await startTestPool();
    const userPool = { getTokens: () => Promise.reject(new Error('offline')) };
    const { outcomes, isSignedIn } = await createAuth({ ...pool.config, userPool }).fetchAuthSession();
    expect(isSignedIn).toBe(false);
    for (const part of Object.values(outcomes))
      expect(part).toMatchObject({ ok: false, error: { message: 'offline' } });
    expect(pool.relay.requests).toEqual([]);
  });

  it('works in React Native: a window without Web Storage, locks, channels or events, no WebCrypto, no TextDecoder', async () => {
    await using pool = await startTestPool();
    vi.stubGlobal('window', {});
    vi.stubGlobal('navigator', { product: 'ReactNative' });
    vi.stubGlobal('crypto', undefined);
    vi.stubGlobal('BroadcastChannel', undefined);
    vi.stubGlobal('TextDecoder', undefined);
    const items = new Map<string, string>();
    const asyncStorage = {
      getItem: async (key: string) => items.get(key) ?? null,
      setItem: async (key: string, value: string) => void items.set(key, value),
      removeItem: async (key: string) => void items.delete(key),
    };
    const auth = createAuth({ ...pool.config, storage: asyncStorage });
    const events: string[] = [];
    auth.on(({ type }) => events.push(type));
    const { identityId } = await auth.federateToIdentityPool(pool.login('user'));
    const restarted = await createAuth({ ...pool.config, storage: asyncStorage }).fetchAuthSession();
    expect(restarted.identityId).toBe(identityId);
    expect(events).toEqual(['federated']);
  });
});
