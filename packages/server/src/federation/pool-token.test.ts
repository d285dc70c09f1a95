import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityClaim } from '../access/assume.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { openMasterKey } from '../keys/master.ts';
import { openTokenSigningKeys } from '../keys/signing.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { mintForeignToken, mintPoolToken, type PoolTokenServices, verifyPoolToken } from './pool-token.ts';

const issuer = 'https://pools.example.test';
const claim: IdentityClaim = {
  identityId: 'us-east-1:11111111-1111-4111-8111-111111111111' as IdentityId,
  poolId: 'us-east-1:22222222-2222-4222-8222-222222222222' as PoolId,
  amr: ['authenticated', 'graph.facebook.com', 'graph.facebook.com:1234:5678'],
  tags: { department: 'legal' },
};

let store: Store;
let clock: TestClock;
let services: PoolTokenServices;
let signingKeys: PoolTokenServices['signingKeys'];

beforeAll(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  signingKeys = openTokenSigningKeys({
    store,
    master: await openMasterKey({}),
    clock: new TestClock(),
    region: 'us-east-1',
  });
});

beforeEach(() => {
  clock = new TestClock();
  services = {
    clock,
    place: { region: 'us-east-1', account: '111111111111' },
    signingKeys,
    issuer: () => issuer,
  };
});

afterAll(() => store.close());

const decoded = (segment = '') => JSON.parse(Buffer.from(segment, 'base64url').toString());
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a pool token', () => {
  it('has the header and the claims of Cognito’s', async () => {
    const [header, payload] = (await mintPoolToken(services, claim, 600)).split('.');
    expect(decoded(header)).toEqual({ kid: 'us-east-11', typ: 'JWS', alg: 'RS512' });
    expect(decoded(payload)).toEqual({
      sub: claim.identityId,
      aud: claim.poolId,
      amr: claim.amr,
      'https://aws.amazon.com/tags': { principal_tags: { department: ['legal'] } },
      iss: issuer,
      'https://cognito-identity.amazonaws.com/identity-pool-arn': `arn:aws:cognito-identity:us-east-1:111111111111:identitypool/${claim.poolId}`,
      exp: clock.seconds + 600,
      iat: clock.seconds,
    });
  });

  it('says nothing of tags where there are none', async () => {
    const [, payload] = (await mintPoolToken(services, { ...claim, tags: {} }, 600)).split('.');
    expect(decoded(payload)).not.toHaveProperty(['https://aws.amazon.com/tags']);
  });

  it('for a foreign STS is signed RS256, verifies by the published keys, and proves nothing here', async () => {
    const token = await mintForeignToken(services, claim, 600);
    const keys = createLocalJWKSet({ keys: [...(await signingKeys.published())] });
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience: claim.poolId,
      currentDate: new Date(clock.now()),
    });
    expect(payload).toMatchObject({ sub: claim.identityId, exp: clock.seconds + 600 });
    // A clock there may be a minute behind.
    expect(payload.iat).toBe(clock.seconds - 60);
    expect(protectedHeader).toEqual({ kid: 'us-east-11-rs256', typ: 'JWS', alg: 'RS256' });
    await expect(verifyPoolToken(services, token)).rejects.toMatchObject({ refusal: { kind: 'signature' } });
  });

  it('proves what it was made from', async () => {
    expect(await verifyPoolToken(services, await mintPoolToken(services, claim, 600))).toEqual(claim);
  });

  it('ends with its last second', async () => {
    const token = await mintPoolToken(services, claim, 600);
    clock.advance(599);
    await verifyPoolToken(services, token);
    clock.advance(1);
    await expect(verifyPoolToken(services, token)).rejects.toMatchObject({
      refusal: { kind: 'expired', at: { now: clock.seconds, expiresAt: clock.seconds } },
    });
  });

  it('proves nothing once any of its characters is another', async () => {
    const token = await mintPoolToken(services, claim, 600);
    const other = fc.constantFrom(...'ABab01-_.');
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), other, async (at, character) => {
        fc.pre(token[at] !== character);
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        await expect(verifyPoolToken(services, changed)).rejects.toMatchObject({ name: 'TokenRefused' });
      }),
    );
  });

  it('of another issuer proves nothing', async () => {
    const token = await mintPoolToken(
      { ...services, issuer: () => 'https://other.example.test' },
      claim,
      600,
    );
    await expect(verifyPoolToken(services, token)).rejects.toMatchObject({ refusal: { kind: 'issuer' } });
  });

  it.each<{ name: string; header: object; digest?: string }>([
    { name: 'no algorithm', header: { alg: 'none' } },
    { name: 'a weaker digest', header: { alg: 'RS256' }, digest: 'sha256' },
    { name: 'no key id', header: { alg: 'RS512', kid: undefined } },
    { name: 'an unknown key id', header: { alg: 'RS512', kid: 'us-east-12' } },
    { name: 'a key id that is a path', header: { alg: 'RS512', kid: '../seal/k1' } },
  ])('with $name proves nothing', async ({ header, digest = 'sha512' }) => {
    const { kid, privateKey } = await signingKeys.current();
    const payload = { sub: claim.identityId, aud: claim.poolId, iss: issuer, exp: clock.seconds + 600 };
    const signed = `${encoded({ kid, ...header })}.${encoded(payload)}`;
    const signature = sign(digest, Buffer.from(signed), privateKey).toString('base64url');
    await expect(verifyPoolToken(services, `${signed}.${signature}`)).rejects.toMatchObject({
      refusal: { kind: 'signature' },
    });
  });

  it('signed with another key proves nothing', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { kid } = await signingKeys.current();
    const signed = `${encoded({ kid, alg: 'RS512' })}.${encoded({ iss: issuer, exp: clock.seconds + 600 })}`;
    const signature = sign('sha512', Buffer.from(signed), privateKey).toString('base64url');
    await expect(verifyPoolToken(services, `${signed}.${signature}`)).rejects.toMatchObject({
      refusal: { kind: 'signature' },
    });
  });
});
