import fc from 'fast-check';
import { createLocalJWKSet, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
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
import type { BrokerSettings } from '../store/documents.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { type ForeignSts, openForeignSts } from './foreign-sts.ts';
import type { SessionGrant } from './issuer.ts';
import { openBrokers } from './sts.ts';
import { type Asked, answerCredentials, startTestSts, type TestSts } from './testing.ts';

/**
 * What the brokers send, held against the rules of stores that are not here to be asked. AWS: the STS model (API version
 * 2011-06-15), and the IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM" and "Passing session tags
 * using AssumeRoleWithWebIdentity". MinIO: docs/sts/web-identity.md, and what its handlers check. SeaweedFS: what its
 * weed/s3api/s3api_sts.go, weed/iam/oidc and weed/iam/policy check.
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
  sts = openForeignSts({ firstPause: 1 });
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
async function sentFor(grant: SessionGrant, broker: Partial<BrokerSettings> = {}): Promise<Asked> {
  const brokers = openBrokers({
    clock,
    sts,
    mint: (claim, lifetime) => mintForeignToken(services, claim, lifetime),
    observed: (issuer) => issuer,
  });
  const settings = {
    brokers: { '*': { endpoint: server.url, sessionName: 'identity', ...broker } },
  } as const;
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

/** Grants of roles, and the shorthands in which people write a session policy. */
const narrowed = fc.record({
  grant: grants.map(({ sessionPolicyArns: _, ...grant }) => grant),
  sessionPolicy: fc.constantFrom(
    '{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*"}}',
    '{"Version":"2008-10-17","Statement":[{"Effect":"Deny","NotAction":"s3:GetObject","Resource":["*"]}]}',
  ),
});

/** A token as its verifier has it, with the key that its header names. */
async function verified(token: string, audience: string) {
  const { json } = await openIdDiscovery(services).jwks();
  const { keys } = json as { keys: { kid?: string; kty?: string; n?: string; e?: string }[] };
  const { kid } = decodeProtectedHeader(token);
  const key = keys.find((published) => published.kid === kid);
  expect(key).toMatchObject({ kty: 'RSA', n: expect.any(String), e: expect.any(String) });
  const found = await jwtVerify(token, await importJWK({ ...key }, 'RS256'), {
    issuer,
    audience,
    currentDate: new Date(clock.now()),
    requiredClaims: ['exp', 'sub'],
  });
  return found.payload;
}

describe('what MinIO is asked', () => {
  const role = 'arn:minio:iam:::role/nOybJqMNzNmroqEKq5D0EUsRZw0';

  it('is what its documentation has and its handler takes', async () => {
    await fc.assert(
      fc.asyncProperty(narrowed, async ({ grant, sessionPolicy }) => {
        const sent = await sentFor(grant, { roleArn: role, sessionPolicy });
        expect(sent).toMatchObject({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: role,
          DurationSeconds: expect.stringMatching(/^\d+$/),
        });
        expect(Number(sent.DurationSeconds)).toBeGreaterThanOrEqual(900);
        expect(Number(sent.DurationSeconds)).toBeLessThanOrEqual(31_536_000);
        expect(sent.Policy?.length).toBeLessThanOrEqual(2048);
        // "Version needs to be specified in session policy"
        expect(JSON.parse(sent.Policy ?? '')).toMatchObject({ Version: expect.stringMatching(/./) });
        // One client id, to which the token must be issued, whether it looks at `aud` or `azp`.
        const { aud, azp } = await verified(sent.WebIdentityToken ?? '', String(grant.poolId));
        expect([aud, azp]).toEqual([grant.poolId, undefined]);
      }),
      { numRuns: 20 },
    );
  });

  it('finds in the discovery document where the keys are', () => {
    // It takes everything else that it could ask for as empty.
    expect(openIdDiscovery(services).configuration().json).toMatchObject({
      issuer,
      jwks_uri: expect.stringMatching(/^https:\/\//),
    });
  });
});

describe('what SeaweedFS is asked', () => {
  it('is what its handler takes', async () => {
    await fc.assert(
      fc.asyncProperty(narrowed, async ({ grant, sessionPolicy }) => {
        const sent = await sentFor(grant, { roleArn: 'arn:aws:iam::role/Player', sessionPolicy });
        expect(sent).toMatchObject({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' });
        expect(sent.RoleSessionName).toMatch(/^[\w+=,.@-]{2,64}$/);
        expect(Number(sent.DurationSeconds)).toBeGreaterThanOrEqual(900);
        expect(Number(sent.DurationSeconds)).toBeLessThanOrEqual(43_200);
        const { Version, Statement } = JSON.parse(sent.Policy ?? '');
        expect([Version, Array.isArray(Statement)]).toEqual([expect.stringMatching(/./), true]);
        // Go reads a list into a list only.
        for (const { Action, NotAction, Resource } of Statement) {
          expect(Array.isArray(Action ?? NotAction) && Array.isArray(Resource)).toBe(true);
        }
        const payload = await verified(sent.WebIdentityToken ?? '', String(grant.poolId));
        // It reads `aud` as a text, and ends the session with the token.
        expect(payload).toMatchObject({ aud: grant.poolId, sub: grant.identityId, iss: issuer });
        expect(Number(payload.exp) * 1000).toBeGreaterThanOrEqual(grant.expiresAt - 1000);
      }),
      { numRuns: 20 },
    );
  });
});

describe('an answer of either', () => {
  const credentialsFrom = (expiration: string) => `<?xml version="1.0" encoding="UTF-8"?>
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser><Credentials><AccessKeyId>Y4RJU1</AccessKeyId>
<SecretAccessKey>sYLRKS</SecretAccessKey><Expiration>${expiration}</Expiration><SessionToken>eyJh</SessionToken></Credentials>
</AssumeRoleWithWebIdentityResult><ResponseMetadata/></AssumeRoleWithWebIdentityResponse>`;
  const refusalFrom = (code: string, message: string) => `<?xml version="1.0" encoding="UTF-8"?>
<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type></Type><Code>${code}</Code>
<Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

  function ask(status: number, body: string) {
    server.answer = (response) => response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
    const web = { roleArn, roleSessionName: 'name', webIdentityToken: 'token', durationSeconds: 900 };
    return sts.assumeRole(server.url, web).finally(() => {
      server.answer = answerCredentials();
    });
  }

  it.each([
    ['2019-08-08T20:26:12Z', '2019-08-08T20:26:12.000Z'],
    ['2026-02-01T10:00:00+01:00', '2026-02-01T09:00:00.000Z'],
  ])('holds credentials until %s', async (written, expected) => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await ask(
      200,
      credentialsFrom(written),
    );
    expect([accessKeyId, secretAccessKey, sessionToken]).toEqual(['Y4RJU1', 'sYLRKS', 'eyJh']);
    expect(expiration.toISOString()).toBe(expected);
  });

  it.each([
    [
      400,
      'InvalidParameterValue',
      'Role arn:minio:iam:::role/x not found',
      'InvalidIdentityPoolConfiguration',
    ],
    [400, 'ExpiredToken', 'Token is expired', 'InvalidIdentityPoolConfiguration'],
    [403, 'AccessDenied', 'trust policy denies web identity assumption', 'InvalidIdentityPoolConfiguration'],
    [500, 'InternalError', 'We encountered an internal error', 'ExternalService'],
    [503, 'ServiceUnavailable', 'STS service not initialized', 'ExternalService'],
  ])('that is %i %s becomes ours, and is quoted', async (status, code, message, ours) => {
    await expect(ask(status, refusalFrom(code, message))).rejects.toMatchObject({
      code: `${ours}Exception`,
      reason: expect.stringContaining(`${status} ${code} ${message}`),
    });
  });
});
