import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenVerifier } from './login.ts';
import { pool, TestClock, TestServer } from './testing/issuer.ts';
import { oauthHeader } from './twitter.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'api.twitter.com';
const path = '/1.1/account/verify_credentials.json';
const providers = pool({ supportedLoginProviders: { [key]: 'consumer;consumer-secret' } });
const denied = {
  code: 'NotAuthorizedException',
  message: "Invalid login token. Couldn't verify signed token.",
};

let clock: TestClock;
let twitter: TestServer;
let verifier: TokenVerifier;

beforeEach(async () => {
  clock = new TestClock();
  twitter = await TestServer.start();
  verifier = createTokenVerifier({ clock, overrides: new Map([[key, twitter.url]]) });
  // As in X API v1.1, "GET account/verify_credentials" and "Authorizing a request", for the token `alice;secret`.
  twitter.answers.set(path, (request, response) => {
    const good = isSigned(request.headers.authorization ?? '', 'consumer-secret&secret');
    response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        good
          ? { id: 38895958, id_str: '38895958', name: 'Sean Cook', screen_name: 'theSeanCook' }
          : { errors: [{ code: 89, message: 'Invalid or expired token.' }] },
      ),
    );
  });
});

afterEach(async () => {
  verifier.close();
  await twitter.close();
});

/** RFC 5849 §3.2, the way the server has it: from the header back to the signature. */
function isSigned(header: string, secrets: string): boolean {
  const fields = new Map(
    [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      decodeURIComponent(value),
    ]),
  );
  const signature = fields.get('oauth_signature');
  fields.delete('oauth_signature');
  if (fields.get('oauth_timestamp') !== String(clock.seconds) || !fields.get('oauth_nonce')) return false;
  const parameters = [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.map(encodeURIComponent).join('='));
  const base = ['GET', `https://${key}${path}`, parameters.join('&')].map(encodeURIComponent).join('&');
  return createHmac('sha1', secrets).update(base).digest('base64') === signature;
}

describe('a Twitter token', () => {
  it('proves its user to the consumer it was made for', async () => {
    await expect(verifier.verify(key, 'alice;secret', providers)).resolves.toMatchObject({
      provider: key,
      subject: '38895958',
      audience: 'consumer',
      issuer: 'https://api.twitter.com',
      expiresAt: 0,
      roleMappingKey: key,
      amr: `${key}:consumer:38895958`,
      claims: { iss: key, aud: 'consumer', sub: '38895958' },
    });
  });

  it('with a wrong secret is refused', async () => {
    await expect(verifier.verify(key, 'alice;guess', providers)).rejects.toMatchObject(denied);
  });

  it('is refused for a consumer with another secret, even after it was good for the first', async () => {
    await verifier.verify(key, 'alice;secret', providers);
    const other = pool({ supportedLoginProviders: { [key]: 'consumer;other-secret' } });
    await expect(verifier.verify(key, 'alice;secret', other)).rejects.toMatchObject(denied);
  });

  it.each(['', 'alice', 'alice;', ';secret', 'alice;secret;more'])(
    '%j is refused without asking',
    async (token) => {
      await expect(verifier.verify(key, token, providers)).rejects.toMatchObject(denied);
      expect(twitter.requests).toEqual([]);
    },
  );

  it.each(['consumer', 'consumer;', 'a;b;c'])(
    'cannot be verified for a pool configured with %j',
    async (value) => {
      const broken = pool({ supportedLoginProviders: { [key]: value } });
      await expect(verifier.verify(key, 'alice;secret', broken)).rejects.toMatchObject({
        message: 'Token is not from a supported provider of this identity pool.',
      });
    },
  );

  it('is an outage when Twitter has one', async () => {
    twitter.answers.set(path, (_request, response) => response.writeHead(503).end());
    await expect(verifier.verify(key, 'alice;secret', providers)).rejects.toMatchObject({
      code: 'ExternalServiceException',
    });
  });
});

describe('oauthHeader', () => {
  it('signs as in the example of RFC 5849 §1.2 with another key', () => {
    const credentials = {
      consumerKey: 'dpf43f3p2l4k3l03',
      consumerSecret: 'kd94hf93k423kf44',
      accessToken: 'nnch734d00sl2jdk',
      tokenSecret: 'pfkkdhi9sl3r4s00',
    };
    const header = oauthHeader('GET', 'https://photos.example.net/photos', credentials, {
      nonce: "ch'apoH!",
      timestamp: 137131202,
    });
    expect(header).toMatch(/^OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_nonce="ch%27apoH%21", /);
    const base =
      'GET&https%3A%2F%2Fphotos.example.net%2Fphotos&oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dch%2527apoH%2521%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131202%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0';
    const signature = createHmac('sha1', 'kd94hf93k423kf44&pfkkdhi9sl3r4s00').update(base).digest('base64');
    expect(header).toContain(`oauth_signature="${encodeURIComponent(signature)}"`);
  });
});
