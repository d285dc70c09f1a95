import { describe, expect, it, vi } from 'vitest';
import { HOUR, type Rig } from './rig.ts';

/** What the documentation of Amplify promises. */
export function describePromises(rig: Rig): void {
  const { auth, federate, pass, inputs, token, userPool } = rig;

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
      expect(rig.relay.requests).toHaveLength(rig.whole);
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
      expect(rig.relay.requests).toEqual([]);
    });

    it('federates a signed-in user-pool user by itself', async () => {
      const it = auth({ userPool: await userPool() });
      const session = await it.fetchAuthSession();
      expect(session.isSignedIn).toBe(true);
      expect(session.userSub).toBe(rig.user);
      expect(session.tokens.idToken).toContain('.');
      expect(inputs()[0]).toMatchObject({ Logins: { [rig.backend.providers[2]]: session.tokens.idToken } });
      expect((await it.fetchAuthSession()).credentials).toEqual(session.credentials);
      expect(rig.relay.requests).toHaveLength(rig.whole);
      await expect(it.getCurrentUser()).resolves.toEqual({ userId: rig.user, username: rig.user });
    });

    it('fetchAuthSession() returns the session after federation', async () => {
      const it = auth();
      const federated = await federate(it);
      const { identityId, credentials } = await it.fetchAuthSession();
      expect({ identityId, credentials }).toEqual(federated);
    });

    it('does not refresh the provider’s token by itself', async () => {
      const it = auth();
      await federate(it, { lifetime: 600 });
      pass(2 * HOUR);
      const session = await it.fetchAuthSession();
      expect(() => session.credentials).toThrow(expect.objectContaining({ name: 'SessionExpiredException' }));
    });

    it('refreshes it when the app opted in with a tokenProvider', async () => {
      const tokenProvider = vi.fn(() => Promise.resolve(token(rig.google)));
      const it = auth({ tokenProvider });
      const { identityId } = await federate(it, { lifetime: 600 });
      pass(2 * HOUR);
      const session = await it.fetchAuthSession();
      expect(session.credentials.expiration > new Date()).toBe(true);
      expect(session.identityId).toBe(identityId);
      expect(session.isSignedIn).toBe(true);
      expect(tokenProvider).toHaveBeenCalledExactlyOnceWith({ provider: rig.google.loginKey, identityId });
    });
  });
}
