import { describe, expect, it } from 'vitest';
import { createRequestAuth } from './server.ts';
import { startTestPool, type TestPool } from './testing/pool.ts';

const secret = 'a secret of at least thirty-two characters';

/** The `Cookie` header a browser sends after it got these `Set-Cookie` lines. */
const cookieOf = (lines: string[]) =>
  lines
    .filter((line) => !line.includes('Max-Age=0'))
    .map((line) => line.split(';')[0])
    .join('; ');

async function signIn({ config, login }: TestPool) {
  const { auth, setCookies } = createRequestAuth({ ...config, secret, cookie: null });
  const { identityId } = await auth.federateToIdentityPool(login('user'));
  return { identityId, lines: setCookies() };
}

describe('createRequestAuth', () => {
  it('needs one round trip for a new visitor, and none for the next request', async () => {
    await using pool = await startTestPool();
    const { identityId, lines } = await signIn(pool);
    expect(pool.relay.requests).toHaveLength(1);
    const next = createRequestAuth({ ...pool.config, secret, cookie: `theme=dark; ${cookieOf(lines)}` });
    expect(await next.auth.fetchAuthSession()).toMatchObject({ isSignedIn: true });
    expect((await next.auth.fetchAuthSession()).identityId).toBe(identityId);
    expect(next.setCookies()).toEqual([]);
    expect(pool.relay.requests).toHaveLength(1);
  });

  it('sets cookies that scripts cannot read and other sites do not send, each within 4,096 bytes', async () => {
    await using pool = await startTestPool();
    const { auth, setCookies } = createRequestAuth({ ...pool.config, secret, cookie: undefined });
    await auth.federateToIdentityPool(pool.login('u'.repeat(8000)));
    expect(setCookies().length).toBeGreaterThan(2);
    for (const line of setCookies()) {
      expect(line).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
      expect(line.length).toBeLessThanOrEqual(4096);
    }
    const next = createRequestAuth({ ...pool.config, secret, cookie: cookieOf(setCookies()) });
    expect((await next.auth.fetchAuthSession()).isSignedIn).toBe(true);
  });

  it('holds nothing that can be read', async () => {
    await using pool = await startTestPool();
    const { identityId, lines } = await signIn(pool);
    const text = lines.join();
    for (const part of [identityId, 'ASIA', 'secret', 'federated']) {
      expect(text).not.toContain(part);
      expect(text).not.toContain(btoa(part).replace(/=+$/, ''));
    }
  });

  it.each<[string, (cookie: string) => string, string]>([
    ['made up', () => 'daypass=1', secret],
    ['altered', (cookie) => cookie.replace(/.(?=.{8}$)/, (last) => (last === 'A' ? 'B' : 'A')), secret],
    ['moved to another pool', (cookie) => cookie.replaceAll('00001%40', '00002%40'), secret],
    ['of another secret', (cookie) => cookie, 'another secret of thirty-two characters'],
  ])('believes no cookie that is %s', async (_, change, opened) => {
    await using pool = await startTestPool();
    const { identityId, lines } = await signIn(pool);
    const { auth } = createRequestAuth({ ...pool.config, secret: opened, cookie: change(cookieOf(lines)) });
    const session = await auth.fetchAuthSession();
    expect(session.isSignedIn).toBe(false);
    expect(session.identityId).not.toBe(identityId);
  });

  it('drops the cookies when the federation is cleared', async () => {
    await using pool = await startTestPool();
    const { lines } = await signIn(pool);
    const { auth, setCookies } = createRequestAuth({ ...pool.config, secret, cookie: cookieOf(lines) });
    await auth.clearFederationToIdentityPool();
    expect(setCookies()).toHaveLength(lines.length);
    for (const line of setCookies()) expect(line).toContain('=; Max-Age=0;');
  });

  it('refuses a secret that can be guessed', () => {
    expect(() => createRequestAuth({ secret: 'short', cookie: null })).toThrow(RangeError);
  });
});
