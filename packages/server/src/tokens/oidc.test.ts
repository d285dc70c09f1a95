import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PoolProviders, TokenVerifier } from './login.ts';
import { pool, TestClock, TestIssuer } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'login.example.test';
const arn = `arn:aws:iam::000000000000:oidc-provider/${key}`;

let clock: TestClock;
let issuer: TestIssuer;
let verifier: TokenVerifier;

beforeEach(async () => {
  clock = new TestClock();
  issuer = await TestIssuer.start(key, clock);
  verifier = createTokenVerifier({ clock, overrides: issuer.overrides });
});

afterEach(async () => {
  verifier.close();
  await issuer.close();
});

function accepting(...clientIds: string[]): PoolProviders {
  return pool({ openIdConnectProviders: [{ arn, url: `https://${key}`, clientIds, thumbprints: [] }] });
}

describe('an id token of a registered OpenID Connect provider', () => {
  it('proves provider, subject, audience and claims', async () => {
    const token = await issuer.token({ name: 'Alice', groups: ['players'] });
    await expect(verifier.verify(key, token, accepting('game'))).resolves.toMatchObject({
      provider: key,
      subject: 'alice',
      audience: 'game',
      issuer: `https://${key}`,
      expiresAt: clock.seconds + 3600,
      roleMappingKey: arn,
      amr: `${arn}:OIDC:alice`,
      claims: { name: 'Alice', groups: ['players'] },
    });
  });

  it('has no claims but its own', async () => {
    const { claims } = await verifier.verify(key, await issuer.token(), accepting('game'));
    expect(claims.constructor).toBeUndefined();
    expect(() => Object.assign(claims, { sub: 'bob' })).toThrow(TypeError);
  });

  it.each([
    ['RS256'],
    ['RS384'],
    ['RS512'],
    ['PS256'],
    ['PS384'],
    ['PS512'],
    ['ES256'],
    ['ES384'],
    ['ES512'],
    ['EdDSA'],
    ['Ed25519'],
  ])('may be signed with %s', async (alg) => {
    await issuer.addKey('second', alg);
    const token = await issuer.token({}, { alg, kid: 'second' });
    await expect(verifier.verify(key, token, accepting('game'))).resolves.toMatchObject({ subject: 'alice' });
  });

  it('needs no kid where one key alone has the algorithm', async () => {
    await issuer.addKey('second', 'ES256');
    const token = await issuer.token({}, { alg: 'ES256', kid: undefined, signWith: 'second' });
    await expect(verifier.verify(key, token, accepting('game'))).resolves.toMatchObject({ subject: 'alice' });
  });

  it.each([
    ['aud', { aud: 'game' }, ['game'], 'game'],
    ['aud, one client of several', { aud: 'game-ios' }, ['game', 'game-ios'], 'game-ios'],
    ['aud as a list of one', { aud: ['game'] }, ['game'], 'game'],
    ['aud as a list of our own clients', { aud: ['game-ios', 'game'] }, ['game', 'game-ios'], 'game-ios'],
    ['azp, whatever aud says', { aud: 'api', azp: 'game' }, ['game'], 'game'],
    ['azp with a list', { aud: ['api', 'game'], azp: 'game' }, ['game'], 'game'],
  ])('is for the client in %s', async (_name, claims, clientIds, audience) => {
    const token = await issuer.token(claims);
    await expect(verifier.verify(key, token, accepting(...clientIds))).resolves.toMatchObject({ audience });
  });

  it('may be for a further client of the pool', async () => {
    const token = await issuer.token({ aud: 'game-ios' });
    const providers = { ...accepting('game'), extraClientIds: { [key]: ['game-ios'] } };
    await expect(verifier.verify(key, token, providers)).resolves.toMatchObject({ audience: 'game-ios' });
  });

  it.each([
    ['nbf', 300],
    ['iat', 300],
  ])('may have %s up to %i seconds ahead', async (claim, seconds) => {
    const token = await issuer.token({ [claim]: clock.seconds + seconds });
    await expect(verifier.verify(key, token, accepting('game'))).resolves.toMatchObject({ subject: 'alice' });
  });

  it('may have any typ and 255 characters of subject', async () => {
    const sub = 'é'.repeat(255);
    const token = await issuer.token({ sub }, { typ: 'at+jwt' });
    await expect(verifier.verify(key, token, accepting('game'))).resolves.toMatchObject({ subject: sub });
  });

  it('of an issuer with a trailing slash is known by a key with a trailing slash', async () => {
    const slashed = await TestIssuer.start(`${key}/`, clock);
    const verifier = createTokenVerifier({ clock, overrides: slashed.overrides });
    const providers = pool({
      openIdConnectProviders: [{ arn, url: `https://${key}/`, clientIds: ['game'], thumbprints: [] }],
    });
    const token = await slashed.token();
    await expect(verifier.verify(`${key}/`, token, providers)).resolves.toMatchObject({
      provider: `${key}/`,
    });
    verifier.close();
    await slashed.close();
  });
});

describe('a token that was verified before', () => {
  it('is not verified again', async () => {
    const token = await issuer.token();
    const first = await verifier.verify(key, token, accepting('game'));
    const second = await verifier.verify(key, token, accepting('game'));
    expect(second.claims).toBe(first.claims);
  });

  it('still expires', async () => {
    const token = await issuer.token({ exp: clock.seconds + 60 });
    await verifier.verify(key, token, accepting('game'));
    clock.advance(60);
    await expect(verifier.verify(key, token, accepting('game'))).rejects.toMatchObject({
      message: `Invalid login token. Token expired: ${clock.seconds} >= ${clock.seconds}`,
    });
  });

  it('is refused once the pool accepts its client no more', async () => {
    const token = await issuer.token();
    await verifier.verify(key, token, accepting('game', 'shop'));
    await expect(verifier.verify(key, token, accepting('shop'))).rejects.toMatchObject({
      message: 'Invalid login token. Incorrect token audience.',
    });
  });

  it('is refused once the pool accepts its provider no more', async () => {
    const token = await issuer.token();
    await verifier.verify(key, token, accepting('game'));
    await expect(verifier.verify(key, token, pool())).rejects.toMatchObject({
      message: 'Token is not from a supported provider of this identity pool.',
    });
  });

  it('is refused once the issuer has withdrawn its key', async () => {
    const token = await issuer.token();
    await verifier.verify(key, token, accepting('game'));
    await issuer.addKey('second', 'RS256');
    issuer.removeKey('first');
    await verifier.verify(key, await issuer.token({}, { kid: 'second' }), accepting('game'));
    await expect(verifier.verify(key, token, accepting('game'))).rejects.toMatchObject({
      message: "Invalid login token. Couldn't verify signed token.",
    });
  });

  it('is refused once the issuer has another key under the same kid', async () => {
    const token = await issuer.token();
    await verifier.verify(key, token, accepting('game'));
    const second = await issuer.addKey('second', 'RS256');
    issuer.publish([second, { ...second, kid: 'first' }]);
    await verifier.verify(key, await issuer.token({}, { kid: 'second' }), accepting('game'));
    await expect(verifier.verify(key, token, accepting('game'))).rejects.toMatchObject({
      message: "Invalid login token. Couldn't verify signed token.",
    });
  });

  it('stays known when the issuer adds a key', async () => {
    const token = await issuer.token();
    const before = await verifier.verify(key, token, accepting('game'));
    await issuer.addKey('second', 'RS256');
    const newToken = await issuer.token({}, { kid: 'second' });
    await verifier.verify(key, newToken, accepting('game'));
    const after = await verifier.verify(key, token, accepting('game'));
    expect(after.claims).toBe(before.claims);
  });

  it('proves nothing under the key of another provider, even one with the same keys', async () => {
    const other = await TestIssuer.start('other.example.test', clock);
    const both = createTokenVerifier({
      clock,
      overrides: new Map([...issuer.overrides, ...other.overrides]),
    });
    const providers = pool({
      openIdConnectProviders: [key, other.key].map((key) => ({
        arn,
        url: `https://${key}`,
        clientIds: ['game'],
        thumbprints: [],
      })),
    });
    await both.verify(other.key, await other.token(), providers);
    const token = await issuer.token();
    await both.verify(key, token, providers);
    await expect(both.verify(other.key, token, providers)).rejects.toMatchObject({
      message: "Invalid login token. Issuer doesn't match providerName",
    });
    both.close();
    await other.close();
  });
});

describe('verifyOidcToken', () => {
  const expected = { issuer: `https://${key}`, clientIds: ['game'], thumbprints: [] };

  it('proves a token for STS', async () => {
    await expect(verifier.verifyOidcToken(await issuer.token(), expected)).resolves.toMatchObject({
      issuer: `https://${key}`,
      subject: 'alice',
      audience: 'game',
    });
  });

  it.each([
    ['not-a-jwt', () => 'token'],
    ['expired', () => issuer.token({ exp: 1 })],
    ['audience', () => issuer.token({ aud: 'shop' })],
    ['issuer', () => issuer.token({ iss: 'https://evil.test' })],
    ['signature', () => issuer.token({}, { kid: 'unknown', signWith: 'first' })],
    ['not-yet-valid', () => issuer.token({ nbf: 9_999_999_999 })],
    ['missing-claim', () => issuer.sign(Buffer.from(`{"iss":"https://${key}"}`))],
  ])('says %s in words that STS can make its own of', async (kind, token) => {
    await expect(verifier.verifyOidcToken(await token(), expected)).rejects.toMatchObject({
      name: 'TokenRefused',
      kind,
    });
  });

  it('says keys-unavailable when the provider cannot be reached', async () => {
    const token = await issuer.token();
    await issuer.close();
    await expect(verifier.verifyOidcToken(token, expected)).rejects.toMatchObject({
      kind: 'keys-unavailable',
    });
  });
});
