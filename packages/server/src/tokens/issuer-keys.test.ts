import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeyEvent, lifeOf } from './issuer-keys.ts';
import type { TokenVerifier } from './login.ts';
import { pool, TestClock, TestIssuer } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'login.example.test';
const providers = pool({
  openIdConnectProviders: [{ arn: 'arn', url: `https://${key}`, clientIds: ['game'], thumbprints: [] }],
});
const down = {
  code: 'ExternalServiceException',
  message: "Couldn't retrieve verification key from the identity provider.",
};
const unverified = {
  code: 'NotAuthorizedException',
  message: "Invalid login token. Couldn't verify signed token.",
};
const hour = 3600;

let clock: TestClock;
let issuer: TestIssuer;
let verifier: TokenVerifier;
let events: KeyEvent[];
let subjects: number;

beforeEach(async () => {
  clock = new TestClock();
  issuer = await TestIssuer.start(key, clock);
  events = [];
  subjects = 0;
  verifier = createTokenVerifier({
    clock,
    overrides: issuer.overrides,
    staleSeconds: 2 * hour,
    log: (event) => events.push(event),
  });
});

afterEach(async () => {
  verifier.close();
  await issuer.close();
});

/** Signs a new user in, so that nothing but keys is remembered. */
async function signIn(kid = 'first', signWith = kid): Promise<string> {
  subjects++;
  const token = await issuer.token({ sub: `user-${subjects}` }, { kid, signWith });
  return (await verifier.verify(key, token, providers)).subject;
}

function fetches(path = '/jwks'): number {
  return issuer.server.requests.filter((requested) => requested === path).length;
}

function breakIssuer(): () => void {
  const { answers } = issuer.server;
  const kept = new Map(answers);
  for (const path of kept.keys()) answers.set(path, (_request, response) => response.writeHead(503).end());
  return () => {
    for (const [path, answer] of kept) answers.set(path, answer);
  };
}

describe('the keys of an issuer', () => {
  it('are fetched once for many sign-ins at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => signIn()));
    expect(fetches()).toBe(1);
    expect(fetches('/.well-known/openid-configuration')).toBe(1);
    expect(events).toEqual([{ event: 'keys-fetched', issuer: `https://${key}`, keys: 1 }]);
  });

  it('are not fetched for a token that cannot be good', async () => {
    await expect(verifier.verify(key, 'token', providers)).rejects.toThrow();
    await expect(verifier.verify(key, await issuer.token({ exp: 1 }), providers)).rejects.toThrow();
    await expect(
      verifier.verify(key, await issuer.token({ iss: 'https://evil.test' }), providers),
    ).rejects.toThrow();
    expect(issuer.server.requests).toEqual([]);
  });

  it('are used as long as Cache-Control says, and renewed before that without anybody waiting', async () => {
    await signIn();
    clock.advance(0.79 * hour);
    await signIn();
    expect(fetches()).toBe(1);
    clock.advance(0.02 * hour);
    await signIn();
    await vi.waitFor(() => expect(events).toHaveLength(2));
    expect(fetches()).toBe(2);
    clock.advance(0.79 * hour);
    await signIn();
    expect(fetches()).toBe(2);
  });

  it('are fetched again after a rotation, at the first token with an unknown kid', async () => {
    await signIn();
    await issuer.addKey('second', 'RS256');
    await expect(signIn('second')).resolves.toBe('user-2');
    expect(fetches()).toBe(2);
  });

  it('are asked for at most once a minute by unknown kids, however many', async () => {
    await signIn();
    for (let i = 0; i < 50; i++) await expect(signIn(`kid-${i}`, 'first')).rejects.toMatchObject(unverified);
    await Promise.allSettled(Array.from({ length: 50 }, (_, i) => signIn(`kid-${i}`, 'first')));
    expect(fetches()).toBe(2);
    clock.advance(59);
    await expect(signIn('kid', 'first')).rejects.toMatchObject(unverified);
    expect(fetches()).toBe(2);
    clock.advance(1);
    await expect(signIn('kid', 'first')).rejects.toMatchObject(unverified);
    expect(fetches()).toBe(3);
    await expect(signIn()).resolves.toMatch('user-');
  });

  it('are no longer used once withdrawn', async () => {
    await issuer.addKey('second', 'RS256');
    await signIn();
    issuer.removeKey('first');
    clock.advance(hour + 1);
    await expect(signIn()).rejects.toMatchObject(unverified);
    await expect(signIn('second')).resolves.toMatch('user-');
  });
});

describe('an outage of the issuer', () => {
  it('is not noticed while keys are fresh or may be stale, and ends without a restart', async () => {
    await signIn();
    const repair = breakIssuer();
    for (let minutes = 0; minutes < 170; minutes += 10) {
      clock.advance(600);
      await expect(signIn()).resolves.toMatch('user-');
    }
    clock.advance(600);
    await expect(signIn()).rejects.toMatchObject(down);
    await expect(signIn()).rejects.toMatchObject(down);
    repair();
    clock.advance(60);
    await expect(signIn()).resolves.toMatch('user-');
    clock.advance(600);
    await expect(signIn()).resolves.toMatch('user-');
  });

  it('keeps out those whose key is not known, and says why', async () => {
    await signIn();
    await issuer.addKey('second', 'RS256');
    const repair = breakIssuer();
    await expect(signIn('second')).rejects.toMatchObject({ ...down, reason: expect.stringContaining(key) });
    await expect(signIn()).resolves.toMatch('user-');
    repair();
    clock.advance(60);
    await expect(signIn('second')).resolves.toMatch('user-');
  });

  it('is not made worse by asking: the pause between attempts doubles up to a minute', async () => {
    const repair = breakIssuer();
    const discoveries = () => fetches('/.well-known/openid-configuration');
    for (let second = 0; second < 300; second++) {
      await expect(signIn()).rejects.toMatchObject(down);
      clock.advance(1);
    }
    // At 0, 1, 3, 7, 15, 31 s, then each minute at most.
    expect(discoveries()).toBe(10);
    repair();
    clock.advance(60);
    await expect(signIn()).resolves.toMatch('user-');
    expect(events.at(-2)).toEqual({
      event: 'keys-fetch-failed',
      issuer: `https://${key}`,
      error: `status 503 from ${key}`,
    });
  });

  it('of a provider that answers slowly makes everybody wait for one answer', async () => {
    const answer = issuer.server.answers.get('/jwks');
    issuer.server.answers.set('/jwks', (request, response) => {
      setTimeout(() => answer?.(request, response), 200);
    });
    await Promise.all(Array.from({ length: 20 }, () => signIn()));
    expect(fetches()).toBe(1);
  });
});

describe('a document that is not what it should be', () => {
  const discovery = '/.well-known/openid-configuration';
  const keys = () => ({ keys: issuer.published });

  it.each([
    [
      'discovery of another issuer',
      discovery,
      () => ({ issuer: 'https://evil.test', jwks_uri: 'https://evil.test/' }),
    ],
    [
      'discovery with a trailing slash',
      discovery,
      () => ({ issuer: `https://${key}/`, jwks_uri: `https://${key}/jwks` }),
    ],
    ['discovery without jwks_uri', discovery, () => ({ issuer: `https://${key}` })],
    [
      'discovery larger than 64 KB',
      discovery,
      () => ({ issuer: `https://${key}`, more: 'x'.repeat(65_536) }),
    ],
    ['discovery that is a list', discovery, () => []],
    ['no keys', '/jwks', () => ({})],
    ['an empty set', '/jwks', () => ({ keys: [] })],
    ['a set of symmetric keys', '/jwks', () => ({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'first' }] })],
    ['a set of more than a hundred keys', '/jwks', () => ({ keys: Array(101).fill(issuer.published[0]) })],
    ['a set larger than 256 KB', '/jwks', () => ({ ...keys(), more: 'x'.repeat(262_144) })],
  ])('%s gives no keys', async (_name, path, document) => {
    issuer.server.json(path, document());
    await expect(signIn()).rejects.toMatchObject(down);
  });

  it('a set with unusable keys among good ones gives the good ones', async () => {
    issuer.publish([{ kty: 'oct', k: 'c2VjcmV0', kid: 'first' }, { kty: 'RSA' }, ...issuer.published]);
    await expect(signIn()).resolves.toBe('user-1');
  });
});

describe('lifeOf', () => {
  const minute = 60_000;

  it.each([
    ['nothing said', undefined, undefined, 10 * minute],
    ['max-age', 'public, max-age=3600, must-revalidate', undefined, 60 * minute],
    ['max-age in quotes', 'max-age="3600"', undefined, 60 * minute],
    ['max-age in a cache for a while', 'max-age=3600', '1800', 30 * minute],
    ['less than five minutes', 'max-age=1', undefined, 5 * minute],
    ['more than a day', 'max-age=2592000', undefined, 24 * 60 * minute],
    ['an absurd number', `max-age=${'9'.repeat(400)}`, undefined, 24 * 60 * minute],
    ['no-store', 'no-store, max-age=3600', undefined, 5 * minute],
    ['nonsense', 'max-age=-1', undefined, 10 * minute],
    ['an age that is nonsense', 'max-age=3600', 'old', 60 * minute],
  ])('%s', (_name, cacheControl, age, life) => {
    expect(lifeOf(cacheControl, age)).toBe(life);
  });
});
