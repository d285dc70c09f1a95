import { describe, expect, it } from 'vitest';
import { AuthProvider } from '../../index.ts';
import { itemStorage, type Rig } from './rig.ts';

/** How a login becomes an identity. */
export function describeFederation(rig: Rig): void {
  const { auth, federate, inputs, token } = rig;

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
      const linked = await federate(it, { options });
      expect(linked.identityId).toBe(guest.identityId);
      expect((await federate(auth())).identityId).toBe(guest.identityId);
    });

    it('federate again, same provider: the stored identity ID is kept, new credentials', async () => {
      const it = auth();
      const first = await federate(it);
      rig.relay.reset();
      const second = await federate(it);
      expect(second.identityId).toBe(first.identityId);
      expect(second.credentials.accessKeyId).not.toBe(first.credentials.accessKeyId);
      expect(inputs()).toMatchObject([{ IdentityId: first.identityId }]);
    });

    it('federate again, same provider, another user: the new user’s own identity', async () => {
      const it = auth();
      await federate(it);
      const other = await federate(it, { subject: `${rig.user}-sibling` });
      expect(other.identityId).toBe((await federate(auth(), { subject: `${rig.user}-sibling` })).identityId);
    });

    it('federate again, other provider: asks with the new login; the identity is replaced', async () => {
      const it = auth();
      const first = await federate(it);
      rig.relay.reset();
      const second = await federate(it, { provider: rig.apple });
      expect(second.identityId).not.toBe(first.identityId);
      expect(inputs()[0]).not.toHaveProperty('IdentityId');
    });

    it('developerProvidedIdentityId given: GetId skipped, credentials of that ID', async () => {
      const { identityId } = await federate(auth());
      rig.relay.reset();
      const options = { developerProvidedIdentityId: identityId };
      const session = await federate(auth(), { options });
      expect(session.identityId).toBe(identityId);
      expect(inputs()).toMatchObject([{ IdentityId: identityId }]);
    });

    it('the developer’s token: GetId skipped, credentials of the identity it is of', async () => {
      const { identityId } = await federate(auth());
      rig.relay.reset();
      const provider = AuthProvider.developer;
      const refused = auth().federateToIdentityPool({ token: await token(provider, identityId), provider });
      await expect(refused).rejects.toMatchObject({ name: 'NotAuthorizedException' });
      expect(inputs()).toMatchObject([{ IdentityId: identityId }]);
    });

    it('developerProvidedIdentityId of somebody else: refused, and never replaced', async () => {
      const { identityId } = await federate(auth(), { subject: `${rig.user}-somebody` });
      const options = { developerProvidedIdentityId: identityId };
      const it = auth();
      const refused = federate(it, { options });
      await expect(refused).rejects.toMatchObject({ name: 'NotAuthorizedException' });
      expect((await it.fetchAuthSession()).isSignedIn).toBe(false);
    });

    it('shares one exchange among concurrent calls with the same token', async () => {
      const it = auth();
      const input = { token: await token(rig.google), provider: rig.google };
      const results = await Promise.all([1, 2, 3].map(() => it.federateToIdentityPool(input)));
      expect(new Set(results.map(({ identityId }) => identityId)).size).toBe(1);
      expect(rig.relay.requests).toHaveLength(rig.whole);
    });

    it('a refused token leaves the session as it was', async () => {
      const it = auth();
      const guest = await it.fetchAuthSession();
      await expect(federate(it, { lifetime: -1 })).rejects.toMatchObject({
        name: 'NotAuthorizedException',
        message: expect.stringMatching(/^Invalid login token\. Token expired/),
        recoverySuggestion: expect.stringMatching(/./),
      });
      expect((await it.fetchAuthSession()).identityId).toBe(guest.identityId);
    });
  });

  describe('the identity', () => {
    it('the service returns another IdentityId than asked (merge): it is stored and returned', async () => {
      const { identityId } = await federate(auth());
      const it = auth();
      await it.fetchAuthSession();
      const options = { linkGuestIdentity: true };
      const merged = await federate(it, { options });
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
      await federate(it, { options });
      for (const [key, value] of asGuest) storage.setItem(key, value);
      rig.relay.reset();
      const session = await auth({ storage }).fetchAuthSession({ forceRefresh: true });
      expect(session.identityId).not.toBe(guest.identityId);
      expect(session.credentials.accessKeyId).toEqual(expect.any(String));
      expect(rig.relay.requests).toHaveLength(1 + rig.whole);
    });
  });
}
