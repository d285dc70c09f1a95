import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../behaviour/rig.ts';
import { startBrowser, type TestBrowser } from '../browser.ts';
import { type Relay, startRelay } from '../relay.ts';

/** What a browser makes of the client: requests, storages and tabs; checked with any service of its own protocol. */
export function describeTabs(name: string, start: () => Promise<Backend>): void {
  describe(name, () => {
    let browser: TestBrowser;
    let backend: Backend;
    let relay: Relay;
    let context: BrowserContext;

    beforeAll(async () => {
      backend = await start();
      relay = await startRelay(backend.endpoint);
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser.close();
      await relay.close();
      await backend.close();
    });
    beforeEach(async () => {
      relay.reset();
      context = await browser.context();
    });
    afterEach(async () => {
      await context.close();
    });

    type Storage = 'default' | 'indexedDbStorage' | 'secureStorage';
    interface Setup {
      readonly storage?: Storage;
      readonly protocol?: 'daypass' | 'cognito';
    }

    /** Federates in `page` and gives the identity. */
    const federate = async (page: Page, setup: Setup = {}) => {
      const [provider] = backend.providers;
      return page.evaluate(
        async ([config, provider, token, storage]) => {
          const { createAuth, AuthProvider, indexedDbStorage, secureStorage } = window.daypass;
          const storages = {
            default: undefined,
            indexedDbStorage: indexedDbStorage(),
            secureStorage: secureStorage(),
          };
          const auth = createAuth({ ...config, storage: storages[storage] });
          const { identityId } = await auth.federateToIdentityPool({
            token,
            provider: AuthProvider.custom(provider),
          });
          return identityId;
        },
        [
          configOf(setup),
          provider,
          await backend.token(provider, 'user'),
          setup.storage ?? 'default',
        ] as const,
      );
    };

    /** What a new `Auth` in `page` says of the session. */
    const session = (page: Page, setup: Setup = {}) =>
      page.evaluate(
        async ([config, storage]) => {
          const { createAuth, indexedDbStorage, secureStorage } = window.daypass;
          const storages = {
            default: undefined,
            indexedDbStorage: indexedDbStorage(),
            secureStorage: secureStorage(),
          };
          const auth = createAuth({ ...config, storage: storages[storage] });
          const { isSignedIn, identityId, credentials } = await auth.fetchAuthSession();
          return { isSignedIn, identityId, accessKeyId: credentials.accessKeyId };
        },
        [configOf(setup), setup.storage ?? 'default'] as const,
      );

    const configOf = ({ protocol }: Setup) => ({
      identityPoolId: backend.pools.withGuests,
      endpoint: relay.endpoint,
      ...(protocol && { protocol }),
    });

    /** Collects the types of the events a page hears of. */
    const hear = (page: Page) =>
      page.evaluate((config) => {
        const events: string[] = [];
        window.daypass.createAuth(config).on(({ type }) => events.push(type));
        Object.assign(window, { events });
      }, configOf({}));
    const heard = (page: Page, type: string) =>
      page.waitForFunction(
        (expected) => 'events' in window && String(window.events).includes(expected),
        type,
      );

    it('a first federation is exactly one request, without preflight', async () => {
      const page = await browser.open(context);
      await federate(page);
      expect(relay.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
        'POST /_daypass/federate',
      ]);
      expect(relay.requests[0]?.headers.cookie).toBeUndefined();
    });

    it('with Cognito’s own operations it is two, and a preflight each', async () => {
      await federate(await browser.open(context), { protocol: 'cognito' });
      const methods = relay.requests.map(({ method }) => method);
      expect(methods.filter((method) => method === 'POST')).toHaveLength(2);
      expect(methods).toContain('OPTIONS');
    });

    it.each(['default', 'indexedDbStorage', 'secureStorage'] as const)(
      'a reload keeps the session (%s)',
      async (storage) => {
        const page = await browser.open(context);
        const identityId = await federate(page, { storage });
        relay.reset();
        const reloaded = await browser.open(context);
        expect(await session(reloaded, { storage })).toMatchObject({ isSignedIn: true, identityId });
        expect(relay.requests).toEqual([]);
      },
    );

    it('secureStorage keeps no secret that can be read, and a key that cannot leave', async () => {
      const page = await browser.open(context);
      await federate(page, { storage: 'secureStorage' });
      const { items, extractable } = await page.evaluate(
        () =>
          new Promise<{ items: string; extractable: boolean }>((resolve) => {
            const opening = indexedDB.open('daypass', 1);
            opening.onsuccess = () => {
              const transaction = opening.result.transaction(['items', 'keys']);
              const items = transaction.objectStore('items').getAll();
              const keys = transaction.objectStore('keys').getAll();
              transaction.oncomplete = () =>
                resolve({ items: JSON.stringify(items.result), extractable: keys.result[0].extractable });
            };
          }),
      );
      expect(extractable).toBe(false);
      expect(items.length).toBeGreaterThan(100);
      expect(items).not.toMatch(/ASIA|identityId|secret/);
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
    });

    it('cookieStorage keeps a session in document.cookie', async () => {
      const page = await browser.open(context);
      const kept = await page.evaluate(async (config) => {
        const { cookieStorage, createAuth } = window.daypass;
        const jar = {
          read: () => document.cookie,
          write(cookie: string) {
            Object.assign(document, { cookie });
          },
        };
        const open = () => createAuth({ ...config, storage: cookieStorage(jar) });
        const { identityId } = await open().fetchAuthSession();
        return [identityId, (await open().fetchAuthSession()).identityId];
      }, configOf({}));
      expect(kept[0]).toBe(kept[1]);
      expect(relay.requests).toHaveLength(1);
    });

    describe('two tabs', () => {
      const expire = (page: Page) =>
        page.evaluate(() => {
          for (const [key, text] of Object.entries(localStorage)) {
            const stored = JSON.parse(text);
            stored.credentials.expiration = new Date(0);
            localStorage.setItem(key, JSON.stringify(stored));
          }
        });

      it('one refreshes, both get it', async () => {
        const [one, other] = [await browser.open(context), await browser.open(context)];
        await federate(one);
        await expire(one);
        await other.waitForFunction(() => JSON.stringify(localStorage).includes('1970-01-01'));
        relay.reset();
        // Slow enough that each tab asks while the other's request runs.
        relay.before = () => new Promise((resume) => setTimeout(resume, 500));
        const [first, second] = await Promise.all([session(one), session(other)]);
        expect(relay.requests).toHaveLength(1);
        expect(first).toEqual(second);
      });

      it('hear of each other’s federation, and clearing in one clears all', async () => {
        const [one, other] = [await browser.open(context), await browser.open(context)];
        await hear(other);
        await federate(one);
        await heard(other, 'federated');
        expect(await session(other)).toMatchObject({ isSignedIn: true });
        await one.evaluate(
          (config) => window.daypass.createAuth(config).clearFederationToIdentityPool(),
          configOf({}),
        );
        await heard(other, 'federationCleared');
        expect(await session(other)).toMatchObject({ isSignedIn: false });
      });

      it('what one cleared is not brought back by a refresh under way in the other', async () => {
        const [one, other] = [await browser.open(context), await browser.open(context)];
        await federate(one);
        await expire(one);
        relay.before = async () => {
          const clear = (config: ReturnType<typeof configOf>) =>
            window.daypass.createAuth(config).clearFederationToIdentityPool();
          await other.evaluate(clear, configOf({}));
          await one.waitForFunction(() => localStorage.length === 0);
        };
        await expect(session(one)).rejects.toThrow('The session was cleared meanwhile.');
        relay.before = undefined;
        expect(await session(one)).toMatchObject({ isSignedIn: false });
      });

      it('hear of it also when the session is in IndexedDB', async () => {
        const [one, other] = [await browser.open(context), await browser.open(context)];
        await other.evaluate((config) => {
          const { createAuth, indexedDbStorage } = window.daypass;
          const events: string[] = [];
          createAuth({ ...config, storage: indexedDbStorage() }).on(({ type }) => events.push(type));
          Object.assign(window, { events });
        }, configOf({}));
        await federate(one, { storage: 'indexedDbStorage' });
        await heard(other, 'federated');
      });

      it('without Web Locks and BroadcastChannel they still agree', async () => {
        await context.addInitScript(() => {
          Object.defineProperty(navigator, 'locks', { value: undefined });
          Object.defineProperty(window, 'BroadcastChannel', { value: undefined });
        });
        const [one, other] = [await browser.open(context), await browser.open(context)];
        await hear(other);
        const identityId = await federate(one);
        await heard(other, 'federated');
        expect(await session(other)).toMatchObject({ isSignedIn: true, identityId });
      });
    });
  });
}
