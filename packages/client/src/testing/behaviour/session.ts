import { describe, expect, it } from 'vitest';
import { type AuthEvent, memoryStorage } from '../../index.ts';
import { HOUR, type Rig } from './rig.ts';

/** What is known of who is here, and who is told of a change. */
export function describeSession(rig: Rig): void {
  const { auth, federate, pass, setTime, inputs, token, userPool } = rig;

  describe('fetchAuthSession while federated', () => {
    it('credentials fresh: from the store; tokens and userSub are errors', async () => {
      const it = auth();
      await federate(it);
      rig.relay.reset();
      const session = await it.fetchAuthSession();
      expect(session.isSignedIn).toBe(true);
      for (const read of [() => session.tokens, () => session.userSub]) {
        expect(read).toThrow('Users federated to Identity Pools do not have User Pool access.');
        expect(read).toThrow(expect.objectContaining({ name: 'InvalidStateException' }));
      }
      expect(rig.relay.requests).toEqual([]);
    });

    it.each([
      ['fresh 11 s before expiry', 11_000, 0],
      ['expired (10 s clock buffer)', 9_000, 1],
    ])('credentials %s', async (_, left, requests) => {
      const it = auth();
      const { credentials } = await federate(it);
      rig.relay.reset();
      setTime(+credentials.expiration - left);
      const session = await it.fetchAuthSession();
      expect(session.isSignedIn).toBe(true);
      expect(rig.relay.requests).toHaveLength(requests);
    });

    it('credentials expired or forceRefresh: stored identity ID and stored token; isSignedIn stays true', async () => {
      const it = auth();
      const stored = await token(rig.google);
      const { identityId, credentials } = await it.federateToIdentityPool({
        token: stored,
        provider: rig.google,
      });
      rig.relay.reset();
      const session = await it.fetchAuthSession({ forceRefresh: true });
      expect(inputs()).toMatchObject([{ IdentityId: identityId, Logins: { [rig.google.loginKey]: stored } }]);
      expect(session.isSignedIn).toBe(true);
      expect(session.identityId).toBe(identityId);
      expect(session.credentials.accessKeyId).not.toBe(credentials.accessKeyId);
    });

    it('the service answers NotAuthorized: SessionExpiredException, the data cleared, the identity ID kept', async () => {
      const storage = memoryStorage();
      const it = auth({ storage });
      const { identityId } = await federate(it, { lifetime: 600 });
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
      rig.relay.reset();
      expect((await federate(it)).identityId).toBe(identityId);
      expect(inputs()).toMatchObject([{ IdentityId: identityId }]);
    });

    it('network down: NetworkException in the result, nothing cleared', async () => {
      const it = auth();
      const { identityId } = await federate(it);
      pass(2 * HOUR);
      rig.relay.always = 'down';
      const session = await it.fetchAuthSession();
      expect(session.isSignedIn).toBe(true);
      expect(session.identityId).toBe(identityId);
      expect(() => session.credentials).toThrow(expect.objectContaining({ name: 'NetworkException' }));
      rig.relay.always = undefined;
      expect((await it.fetchAuthSession()).credentials.expiration > new Date()).toBe(true);
    });

    it('1,000 calls after expiry cause one request', async () => {
      const it = auth();
      await federate(it);
      rig.relay.reset();
      pass(2 * HOUR);
      const sessions = await Promise.all(Array.from({ length: 1000 }, () => it.fetchAuthSession()));
      expect(new Set(sessions.map(({ credentials }) => credentials.accessKeyId)).size).toBe(1);
      expect(rig.relay.requests).toHaveLength(1);
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
        identityPoolId: rig.backend.pools.withoutGuests,
        ...config,
      }).fetchAuthSession();
      expect(session.isSignedIn).toBe(false);
      for (const read of [() => session.credentials, () => session.identityId, () => session.userSub]) {
        expect(read).toThrow(expect.objectContaining({ name: 'SignedOutException' }));
      }
      expect(rig.relay.requests).toHaveLength(requests);
    });

    it('no identity pool configured: the parts that do work do not throw', async () => {
      const session = await auth({
        identityPoolId: undefined,
        userPool: await userPool(),
      }).fetchAuthSession();
      expect(session.userSub).toBe(rig.user);
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

  describe('credentials', () => {
    it('serve an AWS SDK client: with expiration, and refreshed five minutes before it', async () => {
      const it = auth();
      const { identityId, credentials } = await federate(it);
      rig.relay.reset();
      expect(await it.credentials()).toEqual({ ...credentials, identityId });
      expect(rig.relay.requests).toEqual([]);
      setTime(+credentials.expiration - 299_000);
      expect((await it.credentials()).accessKeyId).not.toBe(credentials.accessKeyId);
      expect(rig.relay.requests).toHaveLength(1);
    });

    it('stay in use to their end when they cannot be refreshed early', async () => {
      const it = auth();
      const { identityId, credentials } = await federate(it, { lifetime: 600 });
      setTime(+credentials.expiration - 299_000);
      rig.relay.reset();
      expect(await it.credentials()).toEqual({ ...credentials, identityId });
      expect(await it.credentials()).toEqual({ ...credentials, identityId });
      expect(rig.relay.requests).toHaveLength(1);
      expect((await it.fetchAuthSession()).isSignedIn).toBe(true);
      setTime(+credentials.expiration);
      await expect(it.credentials()).rejects.toMatchObject({ name: 'SessionExpiredException' });
    });
  });

  describe('on', () => {
    it('tells what happens to the session', async () => {
      const events: AuthEvent[] = [];
      const it = auth();
      const stop = it.on((event) => events.push(event));
      const guest = await it.fetchAuthSession();
      const { identityId } = await federate(it, { lifetime: 600 });
      await it.fetchAuthSession({ forceRefresh: true });
      pass(2 * HOUR);
      await it.fetchAuthSession();
      await it.clearFederationToIdentityPool();
      stop();
      await federate(it);
      expect(events).toEqual([
        { type: 'sessionRefreshed', identityId: guest.identityId },
        { type: 'identityChanged', identityId, previousIdentityId: guest.identityId },
        { type: 'federated', identityId, provider: rig.google.loginKey },
        { type: 'sessionRefreshed', identityId },
        { type: 'sessionExpired', identityId },
        { type: 'federationCleared' },
      ]);
    });
  });
}
