import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Auth,
  type AuthConfig,
  type AuthEvent,
  AuthProvider,
  type AuthStorage,
  createAuth,
  memoryStorage,
  type UserPoolTokens,
} from '../index.ts';
import { type Relay, startRelay } from './relay.ts';

/** A service the behaviour is checked against. */
export interface Backend {
  readonly endpoint: string;
  readonly protocol: 'daypass' | 'cognito';
  /** A pool that admits guests, and one that does not. */
  readonly pools: { readonly withGuests: string; readonly withoutGuests: string };
  /** The issuers, without scheme, both pools accept; the last one plays the user pool. */
  readonly providers: readonly [string, string, string];
  /** A token of `subject`, valid for `lifetime` seconds. */
  token(provider: string, subject: string, lifetime?: number): string | Promise<string>;
  close(): Promise<void>;
}

const HOUR = 3_600_000;

/** A storage whose items can be looked at. */
function itemStorage(): AuthStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key),
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}

/** What the client promises, checked against any service that speaks one of its two protocols. */
export function describeBehaviour(name: string, start: () => Promise<Backend>): void {
  describe(name, () => {
    let backend: Backend;
    let relay: Relay;
    let google: AuthProvider;
    let apple: AuthProvider;
    let users = 0;
    let user = '';
    /** Requests of one exchange of an identity not known yet. */
    let whole = 0;

    beforeAll(async () => {
      backend = await start();
      relay = await startRelay(backend.endpoint);
      google = AuthProvider.custom(backend.providers[0]);
      apple = AuthProvider.custom(backend.providers[1]);
      whole = backend.protocol === 'daypass' ? 1 : 2;
    });
    afterAll(async () => {
      await relay.close();
      await backend.close();
    });
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
      relay.reset();
      user = `user-${++users}`;
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    const auth = (config: Partial<AuthConfig> = {}): Auth =>
      createAuth({
        identityPoolId: backend.pools.withGuests,
        endpoint: relay.endpoint,
        protocol: backend.protocol,
        storage: memoryStorage(),
        ...config,
      });
    const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
    const token = (provider: AuthProvider, subject = user, lifetime = 86_400) =>
      backend.token(provider.loginKey, subject, lifetime);
    const federate = async (it: Auth, provider = google, subject = user, lifetime = 86_400) =>
      it.federateToIdentityPool({ token: await token(provider, subject, lifetime), provider });
    const inputs = () => relay.requests.map(({ input }) => input);

    describe('what the documentation promises', () => {
      it('exchanges an outside provider’s token for temporary credentials and an identity ID', async () => {
        const { identityId, credentials } = await federate(auth());
        expect(identityId).toMatch(/^[\w-]+:[0-9a-f-]+$/);
        expect(credentials).toEqual({
          accessKeyId: expect.stringMatching(/\w{16,}/),
          secretAccessKey: expect.any(String),
          sessionToken: expect.any(String),
          expiration: expect.any(Date),
        });
        expect(+credentials.expiration).toBeGreaterThan(Date.now() + HOUR / 2);
        expect(relay.requests).toHaveLength(whole);
      });

      it('needs no user pool: configuring without one works', async () => {
        await expect(federate(auth({ userPool: undefined }))).resolves.toHaveProperty('identityId');
      });

      it('gives the same login the same identity, on every device', async () => {
        expect((await federate(auth())).identityId).toBe((await federate(auth())).identityId);
      });

      it('refuses federateToIdentityPool while a user-pool sign-in is active', async () => {
        const it = auth({ userPool: await userPool() });
        await expect(federate(it)).rejects.toMatchObject({
          name: 'InvalidStateException',
          message: 'Cannot federate to identity pool with active user session.',
          recoverySuggestion: expect.stringMatching(/^Sign out first/),
        });
        expect(relay.requests).toEqual([]);
      });

      it('federates a signed-in user-pool user by itself', async () => {
        const it = auth({ userPool: await userPool() });
        const session = await it.fetchAuthSession();
        expect(session.isSignedIn).toBe(true);
        expect(session.userSub).toBe(user);
        expect(session.tokens.idToken).toContain('.');
        expect(inputs()[0]).toMatchObject({ Logins: { [backend.providers[2]]: session.tokens.idToken } });
        expect((await it.fetchAuthSession()).credentials).toEqual(session.credentials);
        expect(relay.requests).toHaveLength(whole);
        await expect(it.getCurrentUser()).resolves.toEqual({ userId: user, username: user });
      });

      it('fetchAuthSession() returns the session after federation', async () => {
        const it = auth();
        const federated = await federate(it);
        const { identityId, credentials } = await it.fetchAuthSession();
        expect({ identityId, credentials }).toEqual(federated);
      });

      it('does not refresh the provider’s token by itself', async () => {
        const it = auth();
        await federate(it, google, user, 600);
        pass(2 * HOUR);
        const session = await it.fetchAuthSession();
        expect(() => session.credentials).toThrow(
          expect.objectContaining({ name: 'SessionExpiredException' }),
        );
      });

      it('refreshes it when the app opted in with a tokenProvider', async () => {
        const tokenProvider = vi.fn(() => Promise.resolve(token(google)));
        const it = auth({ tokenProvider });
        const { identityId } = await federate(it, google, user, 600);
        pass(2 * HOUR);
        const session = await it.fetchAuthSession();
        expect(session.credentials.expiration > new Date()).toBe(true);
        expect(session.identityId).toBe(identityId);
        expect(session.isSignedIn).toBe(true);
        expect(tokenProvider).toHaveBeenCalledExactlyOnceWith({ provider: google.loginKey, identityId });
      });
    });

    describe('federateToIdentityPool', () => {
      it('federate, no identity pool configured', async () => {
        await expect(federate(auth({ identityPoolId: undefined }))).rejects.toMatchObject({
          name: 'InvalidAccountTypeException',
        });
      });

      it('federate when signed out or guest: the guest’s identity is not carried over, it is replaced', async () => {
        const it = auth();
        const guest = await it.fetchAuthSession();
        const { identityId } = await federate(it);
        expect(identityId).not.toBe(guest.identityId);
        expect((await it.fetchAuthSession()).identityId).toBe(identityId);
      });

      it('federate as guest with linkGuestIdentity: upgrades the guest’s identity', async () => {
        const it = auth();
        const guest = await it.fetchAuthSession();
        const options = { linkGuestIdentity: true };
        const linked = await it.federateToIdentityPool({
          token: await token(google),
          provider: google,
          options,
        });
        expect(linked.identityId).toBe(guest.identityId);
        expect((await federate(auth())).identityId).toBe(guest.identityId);
      });

      it('federate again, same provider: the stored identity ID is kept, new credentials', async () => {
        const it = auth();
        const first = await federate(it);
        relay.reset();
        const second = await federate(it);
        expect(second.identityId).toBe(first.identityId);
        expect(second.credentials.accessKeyId).not.toBe(first.credentials.accessKeyId);
        expect(inputs()).toMatchObject([{ IdentityId: first.identityId }]);
      });

      it('federate again, same provider, another user: the new user’s own identity', async () => {
        const it = auth();
        await federate(it);
        const other = await federate(it, google, `${user}-sibling`);
        expect(other.identityId).toBe((await federate(auth(), google, `${user}-sibling`)).identityId);
      });

      it('federate again, other provider: asks with the new login; the identity is replaced', async () => {
        const it = auth();
        const first = await federate(it);
        relay.reset();
        const second = await federate(it, apple);
        expect(second.identityId).not.toBe(first.identityId);
        expect(inputs()[0]).not.toHaveProperty('IdentityId');
      });

      it('developerProvidedIdentityId given: GetId skipped, credentials of that ID', async () => {
        const { identityId } = await federate(auth());
        relay.reset();
        const options = { developerProvidedIdentityId: identityId };
        const session = await auth().federateToIdentityPool({
          token: await token(google),
          provider: google,
          options,
        });
        expect(session.identityId).toBe(identityId);
        expect(inputs()).toMatchObject([{ IdentityId: identityId }]);
      });

      it('the developer’s token: GetId skipped, credentials of the identity it is of', async () => {
        const { identityId } = await federate(auth());
        relay.reset();
        const provider = AuthProvider.developer;
        const refused = auth().federateToIdentityPool({ token: await token(provider, identityId), provider });
        await expect(refused).rejects.toMatchObject({ name: 'NotAuthorizedException' });
        expect(inputs()).toMatchObject([{ IdentityId: identityId }]);
      });

      it('developerProvidedIdentityId of somebody else: refused, and never replaced', async () => {
        const { identityId } = await federate(auth(), google, `${user}-somebody`);
        const options = { developerProvidedIdentityId: identityId };
        const it = auth();
        const refused = it.federateToIdentityPool({ token: await token(google), provider: google, options });
        await expect(refused).rejects.toMatchObject({ name: 'NotAuthorizedException' });
        expect((await it.fetchAuthSession()).isSignedIn).toBe(false);
      });

      it('shares one exchange among concurrent calls with the same token', async () => {
        const it = auth();
        const input = { token: await token(google), provider: google };
        const results = await Promise.all([1, 2, 3].map(() => it.federateToIdentityPool(input)));
        expect(new Set(results.map(({ identityId }) => identityId)).size).toBe(1);
        expect(relay.requests).toHaveLength(whole);
      });

      it('a refused token leaves the session as it was', async () => {
        const it = auth();
        const guest = await it.fetchAuthSession();
        await expect(federate(it, google, user, -1)).rejects.toMatchObject({
          name: 'NotAuthorizedException',
          message: expect.stringMatching(/^Invalid login token\. Token expired/),
          recoverySuggestion: expect.stringMatching(/./),
        });
        expect((await it.fetchAuthSession()).identityId).toBe(guest.identityId);
      });
    });

    describe('fetchAuthSession while federated', () => {
      it('credentials fresh: from the store; tokens and userSub are errors', async () => {
        const it = auth();
        await federate(it);
        relay.reset();
        const session = await it.fetchAuthSession();
        expect(session.isSignedIn).toBe(true);
        for (const read of [() => session.tokens, () => session.userSub]) {
          expect(read).toThrow('Users federated to Identity Pools do not have User Pool access.');
          expect(read).toThrow(expect.objectContaining({ name: 'InvalidStateException' }));
        }
        expect(relay.requests).toEqual([]);
      });

      it.each([
        ['fresh 11 s before expiry', 11_000, 0],
        ['expired (10 s clock buffer)', 9_000, 1],
      ])('credentials %s', async (_, left, requests) => {
        const it = auth();
        const { credentials } = await federate(it);
        relay.reset();
        vi.setSystemTime(+credentials.expiration - left);
        const session = await it.fetchAuthSession();
        expect(session.isSignedIn).toBe(true);
        expect(relay.requests).toHaveLength(requests);
      });

      it('credentials expired or forceRefresh: stored identity ID and stored token; isSignedIn stays true', async () => {
        const it = auth();
        const stored = await token(google);
        const { identityId, credentials } = await it.federateToIdentityPool({
          token: stored,
          provider: google,
        });
        relay.reset();
        const session = await it.fetchAuthSession({ forceRefresh: true });
        expect(inputs()).toMatchObject([{ IdentityId: identityId, Logins: { [google.loginKey]: stored } }]);
        expect(session.isSignedIn).toBe(true);
        expect(session.identityId).toBe(identityId);
        expect(session.credentials.accessKeyId).not.toBe(credentials.accessKeyId);
      });

      it('the service answers NotAuthorized: SessionExpiredException, the data cleared, the identity ID kept', async () => {
        const storage = memoryStorage();
        const it = auth({ storage });
        const { identityId } = await federate(it, google, user, 600);
        pass(2 * HOUR);
        const session = await it.fetchAuthSession();
        expect(session.isSignedIn).toBe(false);
        for (const read of [() => session.credentials, () => session.identityId]) {
          expect(read).toThrow(expect.objectContaining({ name: 'SessionExpiredException' }));
        }
        const reloaded = await auth({ storage }).fetchAuthSession();
        expect(() => reloaded.credentials).toThrow(
          expect.objectContaining({ name: 'SessionExpiredException' }),
        );
        relay.reset();
        expect((await federate(it)).identityId).toBe(identityId);
        expect(inputs()).toMatchObject([{ IdentityId: identityId }]);
      });

      it('network down: NetworkException in the result, nothing cleared', async () => {
        const it = auth();
        const { identityId } = await federate(it);
        pass(2 * HOUR);
        relay.always = 'down';
        const session = await it.fetchAuthSession();
        expect(session.isSignedIn).toBe(true);
        expect(session.identityId).toBe(identityId);
        expect(() => session.credentials).toThrow(expect.objectContaining({ name: 'NetworkException' }));
        relay.always = undefined;
        expect((await it.fetchAuthSession()).credentials.expiration > new Date()).toBe(true);
      });

      it('1,000 calls after expiry cause one request', async () => {
        const it = auth();
        await federate(it);
        relay.reset();
        pass(2 * HOUR);
        const sessions = await Promise.all(Array.from({ length: 1000 }, () => it.fetchAuthSession()));
        expect(new Set(sessions.map(({ credentials }) => credentials.accessKeyId)).size).toBe(1);
        expect(relay.requests).toHaveLength(1);
      });
    });

    describe('fetchAuthSession signed out', () => {
      it('guests allowed: credentials of the guest role, isSignedIn: false', async () => {
        const it = auth();
        const session = await it.fetchAuthSession();
        expect(session.isSignedIn).toBe(false);
        expect(session.credentials.accessKeyId).toEqual(expect.any(String));
        expect(() => session.tokens).toThrow(expect.objectContaining({ name: 'SignedOutException' }));
        pass(2 * HOUR);
        expect((await it.fetchAuthSession()).identityId).toBe(session.identityId);
      });

      it.each([
        ['by the pool', {}, 1],
        ['by the configuration', { allowGuestAccess: false }, 0],
      ])('guests not allowed %s: SignedOutException in the result', async (_, config, requests) => {
        const session = await auth({
          identityPoolId: backend.pools.withoutGuests,
          ...config,
        }).fetchAuthSession();
        expect(session.isSignedIn).toBe(false);
        for (const read of [() => session.credentials, () => session.identityId, () => session.userSub]) {
          expect(read).toThrow(expect.objectContaining({ name: 'SignedOutException' }));
        }
        expect(relay.requests).toHaveLength(requests);
      });

      it('no identity pool configured: the parts that do work do not throw', async () => {
        const session = await auth({
          identityPoolId: undefined,
          userPool: await userPool(),
        }).fetchAuthSession();
        expect(session.userSub).toBe(user);
        expect(() => session.credentials).toThrow(
          expect.objectContaining({ name: 'InvalidAccountTypeException' }),
        );
      });
    });

    describe('getCurrentUser', () => {
      it('while federated throws InvalidStateException', async () => {
        const it = auth();
        await federate(it);
        await expect(it.getCurrentUser()).rejects.toMatchObject({ name: 'InvalidStateException' });
      });

      it('signed out throws SignedOutException', async () => {
        await expect(auth().getCurrentUser()).rejects.toMatchObject({ name: 'SignedOutException' });
      });
    });

    describe('clearFederationToIdentityPool', () => {
      it('clears identity ID and credentials; no call to the service', async () => {
        const it = auth();
        const { identityId } = await federate(it);
        relay.reset();
        await it.clearFederationToIdentityPool();
        expect(relay.requests).toEqual([]);
        const session = await it.fetchAuthSession();
        expect(session.isSignedIn).toBe(false);
        expect(session.identityId).not.toBe(identityId);
      });

      it('no-op when not federated', async () => {
        const it = auth();
        await it.clearFederationToIdentityPool();
        const { identityId } = await it.fetchAuthSession();
        await it.clearFederationToIdentityPool();
        expect((await it.fetchAuthSession()).identityId).toBe(identityId);
      });

      it('throws when no identity pool is configured', async () => {
        await expect(
          auth({ identityPoolId: undefined }).clearFederationToIdentityPool(),
        ).rejects.toMatchObject({
          name: 'InvalidAccountTypeException',
        });
      });

      it('must not clear a user-pool session', async () => {
        const it = auth({ userPool: await userPool() });
        const before = await it.fetchAuthSession();
        await it.clearFederationToIdentityPool();
        expect((await it.fetchAuthSession()).credentials).toEqual(before.credentials);
      });

      it('ends a federation that is still under way', async () => {
        const it = auth();
        const input = { token: await token(google), provider: google };
        relay.before = () => it.clearFederationToIdentityPool();
        await expect(it.federateToIdentityPool(input)).rejects.toMatchObject({ name: 'SignedOutException' });
        relay.before = undefined;
        expect((await it.fetchAuthSession()).isSignedIn).toBe(false);
        await expect(it.federateToIdentityPool(input)).resolves.toHaveProperty('identityId');
      });
    });

    describe('the identity', () => {
      it('the service returns another IdentityId than asked (merge): it is stored and returned', async () => {
        const { identityId } = await federate(auth());
        const it = auth();
        await it.fetchAuthSession();
        const options = { linkGuestIdentity: true };
        const merged = await it.federateToIdentityPool({
          token: await token(google),
          provider: google,
          options,
        });
        expect(merged.identityId).toBe(identityId);
        expect((await it.fetchAuthSession()).identityId).toBe(identityId);
      });

      it('guest identity was disabled by a merge: forgotten, a new guest identity once, retried', async () => {
        const storage = itemStorage();
        const it = auth({ storage });
        const guest = await it.fetchAuthSession();
        const asGuest = new Map(storage.items);
        await federate(auth());
        const options = { linkGuestIdentity: true };
        await it.federateToIdentityPool({ token: await token(google), provider: google, options });
        for (const [key, value] of asGuest) storage.setItem(key, value);
        relay.reset();
        const session = await auth({ storage }).fetchAuthSession({ forceRefresh: true });
        expect(session.identityId).not.toBe(guest.identityId);
        expect(session.credentials.accessKeyId).toEqual(expect.any(String));
        expect(relay.requests).toHaveLength(1 + whole);
      });
    });

    describe('the stored session', () => {
      it('survives a reload', async () => {
        const storage = itemStorage();
        const { identityId, credentials } = await federate(auth({ storage }));
        relay.reset();
        const session = await auth({ storage }).fetchAuthSession();
        expect(session.isSignedIn).toBe(true);
        expect(session.identityId).toBe(identityId);
        expect(session.credentials).toEqual(credentials);
        expect(relay.requests).toEqual([]);
      });

      it('is of one pool: a changed pool ID starts anew', async () => {
        const storage = itemStorage();
        await federate(auth({ storage }));
        const session = await auth({
          storage,
          identityPoolId: backend.pools.withoutGuests,
        }).fetchAuthSession();
        expect(session.isSignedIn).toBe(false);
        expect([...storage.items.keys()][0]).toContain(backend.pools.withGuests);
      });

      it('has expired, and there is no network: NetworkException, nothing cleared', async () => {
        const storage = itemStorage();
        const { identityId } = await federate(auth({ storage }));
        pass(2 * HOUR);
        relay.always = 'down';
        const session = await auth({ storage }).fetchAuthSession();
        expect(session.isSignedIn).toBe(true);
        expect(session.identityId).toBe(identityId);
        expect(() => session.credentials).toThrow(expect.objectContaining({ name: 'NetworkException' }));
        relay.always = undefined;
        expect((await auth({ storage }).fetchAuthSession()).credentials.expiration > new Date()).toBe(true);
      });

      it('holds no token with persistToken: false, which the page still has and a reload has not', async () => {
        const storage = itemStorage();
        const secret = await token(google);
        const it = auth({ storage, persistToken: false });
        await it.federateToIdentityPool({ token: secret, provider: google });
        pass(2 * HOUR);
        expect((await it.fetchAuthSession()).credentials.expiration > new Date()).toBe(true);
        expect([...storage.items.values()].join()).not.toContain(secret);

        const reloaded = auth({ storage, persistToken: false });
        expect((await reloaded.fetchAuthSession()).isSignedIn).toBe(true);
        const session = await reloaded.fetchAuthSession({ forceRefresh: true });
        expect(() => session.credentials).toThrow(
          expect.objectContaining({ name: 'SessionExpiredException' }),
        );
      });

      it.each([
        '',
        '{',
        'null',
        '[]',
        '"text"',
        '{"version":1}',
        '{"version":0,"kind":"guest","identityId":"a:b"}',
      ])('that is corrupt, foreign or older (%s) is ignored and replaced', async (text) => {
        const storage = itemStorage();
        await federate(auth({ storage }));
        const [key = ''] = storage.items.keys();
        storage.items.set(key, text);
        const session = await auth({ storage }).fetchAuthSession();
        expect(session.isSignedIn).toBe(false);
        expect(storage.items.get(key)).toContain(session.identityId);
      });

      it.each(['getItem', 'setItem'])('lives in memory when %s of the storage throws', async (method) => {
        const broken = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
        const it = auth({ storage: { ...itemStorage(), [method]: broken } });
        const { identityId } = await federate(it);
        expect((await it.fetchAuthSession()).identityId).toBe(identityId);
      });
    });

    describe('a service in trouble', () => {
      it.each(['throttled', 'internal', 'down'] as const)(
        '%s twice: asked again, with pauses',
        async (fault) => {
          relay.next.push(fault, fault);
          await expect(federate(auth())).resolves.toHaveProperty('identityId');
          expect(relay.requests).toHaveLength(whole + 2);
        },
      );

      it.each([
        ['throttled', 'TooManyRequestsException', 3],
        ['internal', 'InternalErrorException', 3],
        ['down', 'NetworkException', 3],
        ['portal', 'UnknownException', 1],
      ] as const)('%s for good: %s', async (fault, name, requests) => {
        relay.always = fault;
        await expect(federate(auth())).rejects.toMatchObject({
          name,
          recoverySuggestion: expect.any(String),
        });
        expect(relay.requests).toHaveLength(requests);
      });

      it('whose clock differs: expiry is told on this device’s clock', async () => {
        relay.ahead = 3 * HOUR;
        const { credentials } = await federate(auth());
        expect(+credentials.expiration).toBeLessThan(Date.now() - HOUR);
      });
    });

    describe('credentials', () => {
      it('serve an AWS SDK client: with expiration, and refreshed five minutes before it', async () => {
        const it = auth();
        const { identityId, credentials } = await federate(it);
        relay.reset();
        expect(await it.credentials()).toEqual({ ...credentials, identityId });
        expect(relay.requests).toEqual([]);
        vi.setSystemTime(+credentials.expiration - 299_000);
        expect((await it.credentials()).accessKeyId).not.toBe(credentials.accessKeyId);
        expect(relay.requests).toHaveLength(1);
      });

      it('stay in use to their end when they cannot be refreshed early', async () => {
        const it = auth();
        const { identityId, credentials } = await federate(it, google, user, 600);
        vi.setSystemTime(+credentials.expiration - 299_000);
        relay.reset();
        expect(await it.credentials()).toEqual({ ...credentials, identityId });
        expect(await it.credentials()).toEqual({ ...credentials, identityId });
        expect(relay.requests).toHaveLength(1);
        expect((await it.fetchAuthSession()).isSignedIn).toBe(true);
        vi.setSystemTime(+credentials.expiration);
        await expect(it.credentials()).rejects.toMatchObject({ name: 'SessionExpiredException' });
      });
    });

    describe('on', () => {
      it('tells what happens to the session', async () => {
        const events: AuthEvent[] = [];
        const it = auth();
        const stop = it.on((event) => events.push(event));
        const guest = await it.fetchAuthSession();
        const { identityId } = await federate(it, google, user, 600);
        await it.fetchAuthSession({ forceRefresh: true });
        pass(2 * HOUR);
        await it.fetchAuthSession();
        await it.clearFederationToIdentityPool();
        stop();
        await federate(it);
        expect(events).toEqual([
          { type: 'sessionRefreshed', identityId: guest.identityId },
          { type: 'identityChanged', identityId, previousIdentityId: guest.identityId },
          { type: 'federated', identityId, provider: google.loginKey },
          { type: 'sessionRefreshed', identityId },
          { type: 'sessionExpired', identityId },
          { type: 'federationCleared' },
        ]);
      });
    });

    describe('signOut', () => {
      it.each(['guest', 'federated', 'user pool'])('ends a %s session', async (kind) => {
        let signedIn = kind === 'user pool';
        const tokens = await userPoolTokens();
        const it = auth({
          userPool: {
            getTokens: () => Promise.resolve(signedIn ? tokens : undefined),
            async signOut() {
              signedIn = false;
            },
          },
        });
        if (kind === 'federated') await federate(it);
        const before = await it.fetchAuthSession();
        await it.signOut();
        const after = await it.fetchAuthSession();
        expect(after.isSignedIn).toBe(false);
        expect(after.identityId).not.toBe(before.identityId);
      });
    });

    const userPoolTokens = async (): Promise<UserPoolTokens> => ({
      idToken: await backend.token(backend.providers[2], user),
      accessToken: 'access',
    });

    const userPool = async () => {
      const tokens = await userPoolTokens();
      return { getTokens: () => Promise.resolve(tokens) };
    };
  });
}
