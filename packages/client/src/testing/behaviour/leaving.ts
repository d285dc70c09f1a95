import { describe, expect, it } from 'vitest';
import type { Rig } from './rig.ts';

/** How a session ends. */
export function describeLeaving(rig: Rig): void {
  const { auth, federate, token, userPool, userPoolTokens } = rig;

  describe('clearFederationToIdentityPool', () => {
    it('clears identity ID and credentials; no call to the service', async () => {
      const it = auth();
      const { identityId } = await federate(it);
      rig.relay.reset();
      await it.clearFederationToIdentityPool();
      expect(rig.relay.requests).toEqual([]);
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
      await expect(auth({ identityPoolId: undefined }).clearFederationToIdentityPool()).rejects.toMatchObject(
        {
          name: 'InvalidAccountTypeException',
        },
      );
    });

    it('must not clear a user-pool session', async () => {
      const it = auth({ userPool: await userPool() });
      const before = await it.fetchAuthSession();
      await it.clearFederationToIdentityPool();
      expect((await it.fetchAuthSession()).credentials).toEqual(before.credentials);
    });

    it('ends a federation that is still under way', async () => {
      const it = auth();
      const input = { token: await token(rig.google), provider: rig.google };
      rig.relay.before = () => it.clearFederationToIdentityPool();
      await expect(it.federateToIdentityPool(input)).rejects.toMatchObject({ name: 'SignedOutException' });
      rig.relay.before = undefined;
      expect((await it.fetchAuthSession()).isSignedIn).toBe(false);
      await expect(it.federateToIdentityPool(input)).resolves.toHaveProperty('identityId');
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
}
