import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIdDiscovery } from '../api/discovery.ts';
import { violations } from '../api/protocol/validate.ts';
import { AssumeRoleWithWebIdentity } from '../api/sts/AssumeRoleWithWebIdentity.ts';
import { mintForeignToken, type PoolTokenServices } from '../federation/pool-token.ts';
import { fitIntoSession } from '../federation/principal-tags.ts';
import { poolDocument } from '../federation/testing/pool.ts';
import { newIdentityId } from '../ids.ts';
import { openMasterKey } from '../keys/master.ts';
import { openTokenSigningKeys } from '../keys/signing.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { type ForeignSts, openForeignSts } from './foreign-sts.ts';
import type { SessionGrant } from './issuer.ts';
import { openBrokers } from './sts.ts';
import { type Asked, startTestSts, type TestSts } from './testing.ts';

/**
 * What the brokers send, held against AWS's rules without an account of AWS: the STS model (API version 2011-06-15), and
 * the IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM" and "Passing session tags using
 * AssumeRoleWithWebIdentity".
 */
const issuer = 'https://pools.example.com';
const roleArn = 'arn:aws:iam::111122223333:role/games/Player';
const region = 'ap-southeast-2';
const clock = new TestClock();

let store: Store;
let server: TestSts;
let sts: ForeignSts;
let services: PoolTokenServices;

beforeAll(async () => {
  server = await startTestSts();
  sts = openForeignSts();
  store = await openSqliteStore({ path: ':memory:' });
  services = {
    clock,
    place: { region, account: '000000000000' },
    signingKeys: openTokenSigningKeys({ store, master: await openMasterKey({}), clock, region }),
    issuer: () => issuer,
  };
});

afterAll(async () => {
  await sts.close();
  await server.close();
  await store.close();
});

/** The fields of the form that goes to the STS. */
async function sentFor(grant: SessionGrant): Promise<Asked> {
  const brokers = openBrokers({
    clock,
    sts,
    mint: (claim, lifetime) => mintForeignToken(services, claim, lifetime),
    observed: (issuer) => issuer,
  });
  const settings = { brokers: { '*': { endpoint: server.url, sessionName: 'identity' } } } as const;
  await brokers.issuerFor(poolDocument({ allowClassicFlow: false, settings }), roleArn)?.issue(grant);
  return server.asked.at(-1) ?? {};
}

/** Tags as a pool may draw them from any login. */
const tags = fc
  .dictionary(
    fc.string({ minLength: 1, maxLength: 128 }),
    fc.string({ minLength: 1, maxLength: 256, unit: 'grapheme' }),
    {
      maxKeys: 50,
      noNullPrototype: true,
    },
  )
  .filter(fitIntoSession);

const grants = fc
  .record({ tags, seconds: fc.integer({ min: 900, max: 43_200 }), isGuest: fc.boolean(), logins: fc.nat(10) })
  .map(({ tags, seconds, isGuest, logins }): SessionGrant => {
    const { poolId } = poolDocument();
    const identityId = newIdentityId(region);
    const login = `arn:aws:iam::000000000000:oidc-provider/login.example.test:OIDC:${'u'.repeat(200)}`;
    const amr = isGuest
      ? ['unauthenticated']
      : ['authenticated', ...Array.from({ length: logins }, () => login)];
    return {
      arn: 'arn:aws:sts::000000000000:assumed-role/Player/CognitoIdentityCredentials',
      userId: 'AROAPLAYER:CognitoIdentityCredentials',
      account: '000000000000',
      roleArn,
      roleName: 'Player',
      sessionName: 'CognitoIdentityCredentials',
      expiresAt: clock.now() + seconds * 1000,
      tags,
      federation: { provider: 'cognito-identity.amazonaws.com', audience: poolId, subject: identityId, amr },
      identityId,
      poolId,
      ...(isGuest && {
        sessionPolicyArns: [
          'arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy',
          'arn:aws:iam::aws:policy/daypass/GuestSessionPolicy',
        ],
      }),
    };
  });

describe('what AWS is asked', () => {
  it('keeps to the constraints of its model', async () => {
    await fc.assert(
      fc.asyncProperty(grants, async (grant) => {
        const sent = await sentFor(grant);
        const { Action, Version, 'PolicyArns.member.1.arn': arn, ...members } = sent;
        const input = {
          ...members,
          DurationSeconds: Number(sent.DurationSeconds),
          ...(arn !== undefined && { PolicyArns: [{ arn }] }),
        };
        expect({ Action, Version }).toEqual({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' });
        expect(violations(AssumeRoleWithWebIdentity.input, input)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it('is proven by a token that AWS takes', async () => {
    const { json } = await openIdDiscovery(services).jwks();
    const keys = createLocalJWKSet(json as Parameters<typeof createLocalJWKSet>[0]);
    await fc.assert(
      fc.asyncProperty(grants, async (grant) => {
        const { WebIdentityToken = '' } = await sentFor(grant);
        const { payload, protectedHeader } = await jwtVerify(WebIdentityToken, keys, {
          issuer,
          audience: String(grant.poolId),
          algorithms: ['RS256'],
          currentDate: new Date(clock.now()),
          requiredClaims: ['iss', 'aud', 'sub', 'iat', 'exp'],
        });
        expect(protectedHeader.kid).toMatch(/./);
        expect(typeof payload.aud).toBe('string');
        // webIdentitySubjectType: 6 to 255 characters.
        expect(payload.sub).toMatch(/^.{6,255}$/);
        expect(payload).not.toHaveProperty('azp');
        const claim = payload['https://aws.amazon.com/tags'];
        const expected = Object.entries(grant.tags).map(([key, value]) => [key, [value]]);
        expect(claim).toEqual(
          expected.length === 0 ? undefined : { principal_tags: Object.fromEntries(expected) },
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('what AWS reads to verify it', () => {
  it('has every member that AWS asks of a discovery document', () => {
    expect(openIdDiscovery(services).configuration().json).toMatchObject({
      issuer,
      jwks_uri: expect.stringMatching(/^https:\/\//),
      claims_supported: expect.arrayContaining(['iss', 'sub', 'aud', 'iat', 'exp']),
      response_types_supported: expect.any(Array),
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
    });
  });

  it('has fewer keys than the hundred that AWS looks at, each with what names it', async () => {
    const keys = await services.signingKeys.published();
    expect(keys.length).toBeLessThan(100);
    for (const key of keys) expect(key).toMatchObject({ kty: 'RSA', use: 'sig', kid: expect.any(String) });
  });

  it('stands behind a client id that AWS can register', () => {
    expect(poolDocument().poolId.length).toBeLessThanOrEqual(255);
  });
});
