import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PoolProviders, TokenVerifier } from './login.ts';
import { pool, TestClock, TestServer } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'www.amazon.com';
const token = 'Atza|IQEBLjAsAhRmHjNgHpi0U-Dme37rR6CuUpSR';
const clientId = 'amzn1.application-oa2-client.1234';
const userId = 'amzn1.account.K2LI23KL2LK2';
const denied = {
  code: 'NotAuthorizedException',
  message: "Invalid login token. Couldn't verify signed token.",
};
const down = { code: 'ExternalServiceException', message: 'The identity provider is unavailable.' };

/** As in the Login with Amazon Developer Guide, "Obtain Customer Profile Information". */
const tokenInfo = {
  iss: 'https://www.amazon.com',
  user_id: userId,
  aud: clientId,
  app_id: 'amzn1.application.436457DFHDH',
  exp: 3597,
  iat: 1311280970,
};
const profile = { user_id: userId, name: 'Mork Hashimoto', email: 'mhashimoto@example.com' };

let clock: TestClock;
let amazon: TestServer;
let verifier: TokenVerifier;
let authorizations: (string | undefined)[];

beforeEach(async () => {
  clock = new TestClock();
  amazon = await TestServer.start();
  verifier = createTokenVerifier({ clock, overrides: new Map([[key, amazon.url]]) });
  authorizations = [];
  amazon.json('/auth/o2/tokeninfo', tokenInfo);
  amazon.answers.set('/user/profile', (request, response) => {
    authorizations.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(profile));
  });
});

afterEach(async () => {
  verifier.close();
  await amazon.close();
});

function configured(more: string[] = []): PoolProviders {
  return pool({ supportedLoginProviders: { [key]: clientId }, extraClientIds: { [key]: more } });
}

function refuse(path: string, status: number, body = '{"error":"invalid_token"}'): void {
  amazon.answers.set(path, (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
}

describe('an access token of Login with Amazon', () => {
  it('proves its client and its user', async () => {
    await expect(verifier.verify(key, token, configured())).resolves.toMatchObject({
      provider: key,
      subject: userId,
      audience: clientId,
      issuer: 'https://www.amazon.com',
      expiresAt: clock.seconds + 3597,
      roleMappingKey: key,
      amr: `${key}:${clientId}:${userId}`,
      claims: { iss: key, aud: clientId, sub: userId, user_id: userId, app_id: tokenInfo.app_id },
    });
    expect(amazon.requests).toEqual(['/auth/o2/tokeninfo', '/user/profile']);
    expect(authorizations).toEqual([`bearer ${token}`]);
  });

  it('of another client is refused', async () => {
    amazon.json('/auth/o2/tokeninfo', { ...tokenInfo, aud: 'amzn1.application-oa2-client.5678' });
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message: 'Invalid login token. Incorrect token audience.',
    });
  });

  it.each([
    ['without a client', { ...tokenInfo, aud: undefined }],
    ['of another issuer', { ...tokenInfo, iss: 'https://www.evil.test' }],
    ['of another user than the profile', { ...tokenInfo, user_id: 'amzn1.account.OTHER' }],
  ])('%s is refused', async (_name, info) => {
    amazon.json('/auth/o2/tokeninfo', info);
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(denied);
  });

  it.each([
    ['tokeninfo', '/auth/o2/tokeninfo', 400],
    ['the profile', '/user/profile', 401],
  ])('refused by %s is refused', async (_name, path, status) => {
    refuse(path, status);
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(denied);
  });

  it.each([
    ['longer than any', `Atza|${'A'.repeat(4092)}`],
    ['with a line break', `${token}\r\nx-more: 1`],
    ['with half a character', `${token}\ud800`],
    ['that is empty', ''],
  ])('%s is refused without asking', async (_name, token) => {
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(denied);
    expect(amazon.requests).toEqual([]);
  });

  it('is not believed for longer than it lives', async () => {
    amazon.json('/auth/o2/tokeninfo', { ...tokenInfo, exp: 30 });
    await verifier.verify(key, token, configured());
    clock.advance(30);
    refuse('/auth/o2/tokeninfo', 400);
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(denied);
  });
});

describe('asking a provider', () => {
  it('is spared for a minute after a good answer, but for this token only', async () => {
    await verifier.verify(key, token, configured());
    clock.advance(59);
    await verifier.verify(key, token, configured());
    expect(amazon.requests).toHaveLength(2);
    await verifier.verify(key, `${token}x`, configured());
    expect(amazon.requests).toHaveLength(4);
    clock.advance(1);
    await verifier.verify(key, token, configured());
    expect(amazon.requests).toHaveLength(6);
  });

  it('is not spared after a bad answer', async () => {
    refuse('/auth/o2/tokeninfo', 400);
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(denied);
    amazon.json('/auth/o2/tokeninfo', tokenInfo);
    await expect(verifier.verify(key, token, configured())).resolves.toMatchObject({ subject: userId });
  });

  it('looks at the client each time', async () => {
    await verifier.verify(key, token, configured());
    const other = pool({ supportedLoginProviders: { [key]: 'amzn1.application-oa2-client.5678' } });
    await expect(verifier.verify(key, token, other)).rejects.toMatchObject({
      message: 'Invalid login token. Incorrect token audience.',
    });
  });

  it('is tried a second time when there is no proper answer', async () => {
    let asked = 0;
    amazon.answers.set('/auth/o2/tokeninfo', (_request, response) => {
      asked++;
      if (asked === 1) response.destroy();
      else response.writeHead(200).end(JSON.stringify(tokenInfo));
    });
    await expect(verifier.verify(key, token, configured())).resolves.toMatchObject({ subject: userId });
    expect(asked).toBe(2);
  });

  it.each([
    ['503', () => refuse('/auth/o2/tokeninfo', 503)],
    ['429', () => refuse('/auth/o2/tokeninfo', 429)],
    ['a page of HTML', () => refuse('/auth/o2/tokeninfo', 200, '<html></html>')],
    ['more than 64 KB', () => refuse('/auth/o2/tokeninfo', 200, `{"more":"${'x'.repeat(65_536)}"}`)],
  ])('that is answered with %s is an outage', async (_name, breakIt) => {
    breakIt();
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(down);
    expect(amazon.requests).toHaveLength(2);
  });

  it('is not stopped by those whose tokens are refused in HTML', async () => {
    refuse('/auth/o2/tokeninfo', 400, '<html></html>');
    for (let i = 0; i < 10; i++) {
      await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(denied);
    }
    expect(amazon.requests).toHaveLength(10);
  });

  it('stops after five failures in a row, tries again after ten seconds, and recovers', async () => {
    refuse('/auth/o2/tokeninfo', 503);
    for (let i = 0; i < 20; i++) {
      await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(down);
    }
    expect(amazon.requests).toHaveLength(10);
    clock.advance(10);
    const atOnce = Array.from({ length: 5 }, () => verifier.verify(key, token, configured()));
    for (const outcome of await Promise.allSettled(atOnce)) expect(outcome.status).toBe('rejected');
    expect(amazon.requests).toHaveLength(12);
    amazon.json('/auth/o2/tokeninfo', tokenInfo);
    clock.advance(10);
    await expect(verifier.verify(key, token, configured())).resolves.toMatchObject({ subject: userId });
  });
});
