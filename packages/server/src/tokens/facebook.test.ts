import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PoolProviders, TokenVerifier } from './login.ts';
import { pool, TestClock, TestIssuer, TestServer } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'graph.facebook.com';
const token = 'EAAGm0PX4ZCpsBAKZCZA';
const denied = {
  code: 'NotAuthorizedException',
  message: "Invalid login token. Couldn't verify signed token.",
};
const expired = { code: 'NotAuthorizedException', message: 'Invalid login token. Token is expired.' };
const foreign = { code: 'NotAuthorizedException', message: 'Invalid login token. Incorrect token audience.' };
const down = { code: 'ExternalServiceException', message: 'The identity provider is unavailable.' };

let clock: TestClock;
let graph: TestServer;
let verifier: TokenVerifier;

beforeEach(async () => {
  clock = new TestClock();
  graph = await TestServer.start();
  verifier = createTokenVerifier({ clock, overrides: new Map([[key, graph.url]]) });
});

afterEach(async () => {
  verifier.close();
  await graph.close();
});

function configured(value = '1234', more: string[] = []): PoolProviders {
  return pool({ supportedLoginProviders: { [key]: value }, extraClientIds: { [key]: more } });
}

/** Answers as in Graph API reference, "User" and "Application". */
function introduce(appId: string, userId: string): void {
  graph.json('/app', { id: appId });
  graph.json('/me', { id: userId });
}

/** As in Meta for Developers, "Debugging Access Tokens and Handling Errors". */
function refuse(status: number, error: object, ...paths: string[]): void {
  for (const path of paths) {
    graph.answers.set(path, (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    });
  }
}

const sessionExpired = {
  message: 'Error validating access token: Session has expired on Wednesday, 14-Feb-18 18:00:00 PST.',
  type: 'OAuthException',
  code: 190,
  error_subcode: 463,
  fbtrace_id: 'H2il2t5bn4e',
};

describe('a Facebook access token, without the app secret', () => {
  it('proves its app and its user', async () => {
    introduce('1234', '10215241773831025');
    await expect(verifier.verify(key, token, configured())).resolves.toMatchObject({
      provider: key,
      subject: '10215241773831025',
      audience: '1234',
      issuer: key,
      expiresAt: 0,
      roleMappingKey: key,
      amr: `${key}:1234:10215241773831025`,
      claims: {
        iss: key,
        aud: '1234',
        app_id: '1234',
        sub: '10215241773831025',
        user_id: '10215241773831025',
      },
    });
  });

  it('may be of a further app of the pool, but of no other', async () => {
    introduce('5678', '1');
    await expect(verifier.verify(key, token, configured('1234', ['5678']))).resolves.toMatchObject({
      audience: '5678',
    });
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(foreign);
  });

  it.each([
    ['that has expired', 400, sessionExpired, expired],
    ['that is broken', 400, { message: 'Malformed access token', type: 'OAuthException', code: 190 }, denied],
    ['without its app', 400, { message: '(#100) …', type: 'OAuthException', code: 100 }, denied],
    ['when Facebook throttles', 400, { message: 'Application request limit reached', code: 4 }, down],
    ['when Facebook has a passing fault', 500, { message: 'An unknown error occurred', code: 1 }, down],
    [
      'when Facebook has a passing fault and says so',
      400,
      { message: 'Service temporarily unavailable', code: 2 },
      down,
    ],
  ])('%s is refused', async (_name, status, error, refused) => {
    refuse(status, error, '/app', '/me');
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(refused);
  });

  it('is refused when an error comes with status 200', async () => {
    introduce('1234', '1');
    refuse(200, sessionExpired, '/me');
    await expect(verifier.verify(key, token, configured())).rejects.toMatchObject(expired);
  });

  it.each([
    ['no app', {}, { id: '1' }],
    ['an empty app', { id: '' }, { id: '1' }],
    ['an app that is a number', { id: 1234 }, { id: '1' }],
  ])('is refused when Facebook names %s', async (_name, app, user) => {
    graph.json('/app', app);
    graph.json('/me', user);
    await expect(verifier.verify(key, token, configured(''))).rejects.toMatchObject(denied);
  });
});

describe('a Facebook access token, with the app secret', () => {
  const inspected = {
    app_id: '1234',
    type: 'USER',
    application: 'Game',
    expires_at: 0,
    is_valid: true,
    scopes: ['public_profile'],
    user_id: '10215241773831025',
  };
  let queries: URLSearchParams[];

  function inspect(data: object): void {
    queries = [];
    graph.answers.set('/debug_token', (request, response) => {
      queries.push(new URL(request.url ?? '', graph.url).searchParams);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
    });
  }

  it('is inspected with the app token', async () => {
    inspect({ ...inspected, expires_at: clock.seconds + 5000 });
    await expect(verifier.verify(key, token, configured('1234;secret'))).resolves.toMatchObject({
      subject: '10215241773831025',
      audience: '1234',
      expiresAt: clock.seconds + 5000,
    });
    expect(queries.map((query) => Object.fromEntries(query))).toEqual([
      { input_token: token, access_token: '1234|secret' },
    ]);
  });

  it.each([
    ['of another app', { ...inspected, app_id: '5678' }, foreign],
    ['of a page', { ...inspected, type: 'PAGE' }, denied],
    ['of an app', { ...inspected, type: 'APP' }, denied],
    ['that is not valid', { ...inspected, is_valid: false, error: { code: 190, subcode: 467 } }, denied],
    ['that has expired', { ...inspected, is_valid: false, error: { code: 190, subcode: 463 } }, expired],
    ['said to be valid in words', { ...inspected, is_valid: 'true' }, denied],
  ])('%s is refused', async (_name, data, refused) => {
    inspect(data);
    await expect(verifier.verify(key, token, configured('1234;secret'))).rejects.toMatchObject(refused);
  });

  it('whose time has come is refused', async () => {
    inspect({ ...inspected, expires_at: clock.seconds });
    await expect(verifier.verify(key, token, configured('1234;secret'))).rejects.toMatchObject({
      message: `Invalid login token. Token expired: ${clock.seconds} >= ${clock.seconds}`,
    });
  });
});

describe('a token of Limited Login', () => {
  let issuer: TestIssuer;
  let limited: TokenVerifier;

  beforeEach(async () => {
    issuer = await TestIssuer.start(key, clock);
    issuer.publishAt('/.well-known/oauth/openid/jwks/');
    limited = createTokenVerifier({ clock, overrides: issuer.overrides });
  });

  afterEach(async () => {
    limited.close();
    await issuer.close();
  });

  it.each(['https://limited.facebook.com', 'https://www.facebook.com'])(
    'issued as %s is good',
    async (iss) => {
      const jwt = await issuer.token({ iss, aud: '1234', sub: '10215241773831025', name: 'Alice' });
      await expect(limited.verify(key, jwt, configured('1234;secret'))).resolves.toMatchObject({
        provider: key,
        subject: '10215241773831025',
        audience: '1234',
        issuer: iss,
        claims: { name: 'Alice' },
      });
      expect(issuer.server.requests).toEqual(['/.well-known/oauth/openid/jwks/']);
    },
  );

  it('of another app is refused', async () => {
    const jwt = await issuer.token({ iss: 'https://limited.facebook.com', aud: '5678' });
    await expect(limited.verify(key, jwt, configured())).rejects.toMatchObject(foreign);
  });

  it('of another issuer is refused', async () => {
    const jwt = await issuer.token({ iss: 'https://facebook.com.evil.test', aud: '1234' });
    await expect(limited.verify(key, jwt, configured())).rejects.toMatchObject({
      message: "Invalid login token. Issuer doesn't match providerName",
    });
  });
});
