import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimsOf } from './jwt.ts';
import { createOidcSignIn } from './oidc.ts';
import { memoryStorage } from './storage/storage.ts';
import type { Listening } from './testing/listen.ts';
import { clientId, redirectUri, signInAt, startOpenIdProvider } from './testing/openid-provider.ts';

describe('createOidcSignIn, at a real OpenID provider', () => {
  let provider: Listening;
  let storage = memoryStorage();

  beforeAll(async () => {
    provider = await startOpenIdProvider();
  });
  afterAll(() => provider.close());
  beforeEach(() => {
    storage = memoryStorage();
  });

  const open = (scope?: string) =>
    createOidcSignIn({ issuer: provider.endpoint, clientId, redirectUri, storage, ...(scope && { scope }) });

  const refreshKey = () => `daypass.oidc.${clientId}@${provider.endpoint}.refresh`;

  it('signs in by redirect, across a page load', async () => {
    const back = await signInAt(await open().authorizationUrl(), 'ada');
    const token = await open().completeSignIn(back);
    expect(claimsOf(token)).toMatchObject({ iss: provider.endpoint, sub: 'ada', aud: clientId });
  });

  it('gives fresh ID tokens by the refresh token, which changes each time', async () => {
    const oidc = open();
    await oidc.completeSignIn(await signInAt(await oidc.authorizationUrl(), 'ada'));
    const refreshTokens = new Set([await storage.getItem(refreshKey())]);
    for (const page of [oidc, open(), open()]) {
      expect(claimsOf((await page.tokenProvider()) ?? '')).toMatchObject({ sub: 'ada', aud: clientId });
      refreshTokens.add(await storage.getItem(refreshKey()));
    }
    expect(refreshTokens.size).toBe(4);
  });

  it('has no token when the refresh token is spent, and forgets it', async () => {
    const oidc = open();
    await oidc.completeSignIn(await signInAt(await oidc.authorizationUrl(), 'ada'));
    const spent = String(await storage.getItem(refreshKey()));
    await oidc.tokenProvider();
    storage.setItem(refreshKey(), spent);
    expect(await oidc.tokenProvider()).toBeUndefined();
    expect(storage.getItem(refreshKey())).toBeUndefined();
  });

  it('has no token after forget, and none without offline access', async () => {
    const oidc = open();
    await oidc.completeSignIn(await signInAt(await oidc.authorizationUrl(), 'ada'));
    await oidc.forget();
    expect(await oidc.tokenProvider()).toBeUndefined();
    const online = open('openid');
    await online.completeSignIn(await signInAt(await online.authorizationUrl(), 'ada'));
    expect(await online.tokenProvider()).toBeUndefined();
  });

  it('keeps the refresh token when the provider cannot be reached', async () => {
    const oidc = open();
    await oidc.completeSignIn(await signInAt(await oidc.authorizationUrl(), 'ada'));
    const nowhere = 'http://127.0.0.1:1';
    storage.setItem(`daypass.oidc.${clientId}@${nowhere}.refresh`, 'kept');
    const offline = createOidcSignIn({ issuer: nowhere, clientId, redirectUri, storage });
    await expect(offline.tokenProvider()).rejects.toThrow();
    expect(storage.getItem(`daypass.oidc.${clientId}@${nowhere}.refresh`)).toBe('kept');
  });

  describe('refuses', () => {
    it('an answer nobody asked for', async () => {
      await expect(open().completeSignIn(`${redirectUri}?code=1&state=2`)).rejects.toThrow(
        'No sign-in was begun here.',
      );
    });

    it.each([
      ['of another state', (url: URL) => url.searchParams.set('state', 'another')],
      ['without state', (url: URL) => url.searchParams.delete('state')],
      ['of another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
      ['with another code', (url: URL) => url.searchParams.set('code', 'another')],
    ])('an answer %s', async (_, change) => {
      const oidc = open();
      const back = new URL(await signInAt(await oidc.authorizationUrl(), 'ada'));
      change(back);
      await expect(oidc.completeSignIn(back.href)).rejects.toThrow();
    });

    it('the same answer twice', async () => {
      const oidc = open();
      const back = await signInAt(await oidc.authorizationUrl(), 'ada');
      await oidc.completeSignIn(back);
      await expect(oidc.completeSignIn(back)).rejects.toThrow('No sign-in was begun here.');
    });

    it.each(['nonce', 'verifier'])('an answer to a sign-in begun with another %s', async (part) => {
      const oidc = open();
      const back = await signInAt(await oidc.authorizationUrl(), 'ada');
      const key = `daypass.oidc.${clientId}@${provider.endpoint}.begun`;
      const begun = JSON.parse(String(await storage.getItem(key)));
      storage.setItem(key, JSON.stringify({ ...begun, [part]: 'a'.repeat(43) }));
      await expect(oidc.completeSignIn(back)).rejects.toThrow();
    });

    it('an issuer without TLS that is not on loopback', async () => {
      const oidc = createOidcSignIn({ issuer: 'http://id.example.com', clientId, redirectUri, storage });
      await expect(oidc.authorizationUrl()).rejects.toThrow(/HTTPS/);
    });
  });
});
