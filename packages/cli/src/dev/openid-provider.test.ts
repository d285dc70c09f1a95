import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientId, issuer, type OpenIdProvider, startOpenIdProvider } from './openid-provider.ts';
import { type ProviderKeys, providerKeys } from './provider-keys.ts';

const game = 'http://127.0.0.1:4101';
const verifier = 'a-code-verifier-of-at-least-forty-three-letters';
let directory: string;
let keys: ProviderKeys;
let provider: OpenIdProvider;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-openid-'));
  keys = await providerKeys(join(directory, 'keys', 'provider.json'));
  provider = await startOpenIdProvider({ port: 0, origins: [game], keys });
});

afterAll(async () => {
  await provider.close();
  await rm(directory, { recursive: true, force: true });
});

/** Follows redirects and keeps cookies, as a browser does, until one leads away from the provider. */
function browser() {
  const cookies = new Map<string, string>();
  async function open(url: string, init: RequestInit = {}): Promise<{ response: Response; url: string }> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { ...init, headers: { ...init.headers, cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return { response, url };
    const next = new URL(location, url);
    return next.origin === provider.url ? open(next.href) : { response, url: next.href };
  }
  return { open };
}

function authorizationUrl(changes: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({
    client_id: clientId,
    redirect_uri: `${game}/`,
    response_type: 'code',
    scope: 'openid profile',
    state: 'the state',
    nonce: 'the nonce',
    prompt: 'login',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  });
  return `${provider.url}/auth?${parameters}`;
}

/** Signs in as a player and returns the parameters that the game gets back. */
async function signIn({ open }: ReturnType<typeof browser>, player: string): Promise<URLSearchParams> {
  const page = await open(authorizationUrl());
  const answer = await open(page.url, { method: 'POST', body: new URLSearchParams({ player }) });
  // Who was signed in as somebody else is signed out first, by a form that sends itself.
  const form = /name="xsrf" value="([^"]+)"/.exec(await answer.response.text())?.[1];
  const end = form
    ? await open(`${provider.url}/session/end/confirm`, {
        method: 'POST',
        body: new URLSearchParams({ xsrf: form, logout: 'yes' }),
      })
    : answer;
  expect(end.url).toMatch(`${game}/?`);
  return new URL(end.url).searchParams;
}

function redeem(code: string, changes: Record<string, string> = {}): Promise<Response> {
  return fetch(`${provider.url}/token`, {
    method: 'POST',
    headers: { origin: game },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: `${game}/`,
      code,
      code_verifier: verifier,
      ...changes,
    }),
  });
}

async function claimsOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.status).toBe(200);
  const { id_token: token } = (await response.json()) as { id_token: string };
  const [header = '', payload = '', signature = ''] = token.split('.');
  const { keys: published } = (await (await fetch(`${provider.url}/jwks`)).json()) as {
    keys: { kid: string }[];
  };
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  const key = published.find((candidate) => candidate.kid === kid);
  expect(key).not.toHaveProperty('d');
  const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

describe('the OpenID provider', () => {
  it('keeps its name, wherever it is reached', async () => {
    const metadata = await (await fetch(`${provider.url}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ issuer, jwks_uri: `${provider.url}/jwks` });
  });

  it('gives the game an ID token of the player who was chosen', async () => {
    const answer = await signIn(browser(), 'ada');
    expect(answer.get('state')).toBe('the state');
    const response = await redeem(answer.get('code') ?? '');
    expect(response.headers.get('access-control-allow-origin')).toBe(game);
    const claims = await claimsOf(response);
    expect(claims).toMatchObject({ iss: issuer, aud: clientId, sub: 'ada', name: 'Ada', nonce: 'the nonce' });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
  });

  it('asks again who is playing, and lets another player in', async () => {
    const visitor = browser();
    await signIn(visitor, 'ada');
    const page = await visitor.open(authorizationUrl());
    expect(await page.response.text()).toContain('Who is playing?');
    const answer = await signIn(visitor, 'grace');
    expect(await claimsOf(await redeem(answer.get('code') ?? ''))).toMatchObject({ sub: 'grace' });
  });

  it.each([
    ['goes back', ''],
    ['is unknown', 'mallory'],
  ])('sends a player who %s away without a code', async (_who, player) => {
    const answer = await signIn(browser(), player);
    expect(answer.get('error')).toBe('access_denied');
    expect(answer.has('code')).toBe(false);
  });

  it.each([
    ['another place to go to', { redirect_uri: 'http://127.0.0.1:9999/' }],
    ['another client', { client_id: 'somebody' }],
  ])('shows an error page for %s', async (_what, changes) => {
    const { response, url } = await browser().open(authorizationUrl(changes));
    expect(response.status).toBe(400);
    expect(url).toMatch(provider.url);
    expect(await response.text()).toContain('Sign-in not possible');
  });

  it('insists on PKCE', async () => {
    const page = await browser().open(authorizationUrl({ code_challenge: '', code_challenge_method: '' }));
    expect(new URL(page.url).searchParams.get('error')).toBe('invalid_request');
    const answer = await signIn(browser(), 'ada');
    const response = await redeem(answer.get('code') ?? '', { code_verifier: `${verifier}x` });
    expect(response.status).toBe(400);
  });

  it('takes a code once', async () => {
    const code = (await signIn(browser(), 'ada')).get('code') ?? '';
    expect((await redeem(code)).status).toBe(200);
    expect((await redeem(code)).status).toBe(400);
  });

  it('says so when a sign-in has run out', async () => {
    const response = await fetch(`${provider.url}/sign-in/long-ago`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('This sign-in has run out.');
  });
});

describe('the keys of the OpenID provider', () => {
  it('are kept in a file that only its owner reads', async () => {
    const file = join(directory, 'keys', 'provider.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await providerKeys(file)).toEqual(keys);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(keys);
  });
});
