import { describe, expect, it } from 'vitest';
import { HOUR, itemStorage, type Rig } from './rig.ts';

/** What outlives a reload, a broken storage and a service in trouble. */
export function describeFaults(rig: Rig): void {
  const { auth, federate, pass, token } = rig;

  describe('the stored session', () => {
    it('survives a reload', async () => {
      const storage = itemStorage();
      const { identityId, credentials } = await federate(auth({ storage }));
      rig.relay.reset();
      const session = await auth({ storage }).fetchAuthSession();
      expect(session.isSignedIn).toBe(true);
      expect(session.identityId).toBe(identityId);
      expect(session.credentials).toEqual(credentials);
      expect(rig.relay.requests).toEqual([]);
    });

    it('is of one pool: a changed pool ID starts anew', async () => {
      const storage = itemStorage();
      await federate(auth({ storage }));
      const session = await auth({
        storage,
        identityPoolId: rig.backend.pools.withoutGuests,
      }).fetchAuthSession();
      expect(session.isSignedIn).toBe(false);
      expect([...storage.items.keys()][0]).toContain(rig.backend.pools.withGuests);
    });

    it('has expired, and there is no network: NetworkException, nothing cleared', async () => {
      const storage = itemStorage();
      const { identityId } = await federate(auth({ storage }));
      pass(2 * HOUR);
      rig.relay.always = 'down';
      const session = await auth({ storage }).fetchAuthSession();
      expect(session.isSignedIn).toBe(true);
      expect(session.identityId).toBe(identityId);
      expect(() => session.credentials).toThrow(expect.objectContaining({ name: 'NetworkException' }));
      rig.relay.always = undefined;
      expect((await auth({ storage }).fetchAuthSession()).credentials.expiration > new Date()).toBe(true);
    });

    it('holds no token with persistToken: false, which the page still has and a reload has not', async () => {
      const storage = itemStorage();
      const secret = await token(rig.google);
      const it = auth({ storage, persistToken: false });
      await it.federateToIdentityPool({ token: secret, provider: rig.google });
      pass(2 * HOUR);
      expect((await it.fetchAuthSession()).credentials.expiration > new Date()).toBe(true);
      expect([...storage.items.values()].join()).not.toContain(secret);

      const reloaded = auth({ storage, persistToken: false });
      expect((await reloaded.fetchAuthSession()).isSignedIn).toBe(true);
      const session = await reloaded.fetchAuthSession({ forceRefresh: true });
      expect(() => session.credentials).toThrow(expect.objectContaining({ name: 'SessionExpiredException' }));
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
        rig.relay.fail(fault, fault);
        await expect(federate(auth())).resolves.toHaveProperty('identityId');
        expect(rig.relay.requests).toHaveLength(rig.whole + 2);
      },
    );

    it.each([
      ['throttled', 'TooManyRequestsException', 3],
      ['internal', 'InternalErrorException', 3],
      ['down', 'NetworkException', 3],
      ['portal', 'UnknownException', 1],
    ] as const)('%s for good: %s', async (fault, name, requests) => {
      rig.relay.always = fault;
      await expect(federate(auth())).rejects.toMatchObject({
        name,
        recoverySuggestion: expect.any(String),
      });
      expect(rig.relay.requests).toHaveLength(requests);
    });

    it('whose clock differs: expiry is told on this device’s clock', async () => {
      rig.relay.ahead = 3 * HOUR;
      const { credentials } = await federate(auth());
      expect(+credentials.expiration).toBeLessThan(Date.now() - HOUR);
    });
  });
}
