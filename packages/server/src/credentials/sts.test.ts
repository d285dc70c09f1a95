import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityClaim } from '../access/assume.ts';
import { ServiceError } from '../errors.ts';
import { poolDocument } from '../federation/testing/pool.ts';
import type { IdentityId } from '../ids.ts';
import type { BrokerSettings, PoolDocument } from '../store/documents.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { type ForeignSts, openForeignSts } from './foreign-sts.ts';
import type { CredentialIssuer, SessionGrant } from './issuer.ts';
import { type Brokers, openBrokers } from './sts.ts';
import { answerCredentials, answerError, startTestSts, type TestSts } from './testing.ts';

const roleArn = 'arn:aws:iam::000000000000:role/Player';
const identityId = 'us-east-1:11111111-1111-4111-8111-111111111111' as IdentityId;

let clock: TestClock;
let server: TestSts;
let sts: ForeignSts;
let brokers: Brokers;
let minted: { claim: IdentityClaim; lifetime: number }[];

beforeEach(async () => {
  clock = new TestClock();
  server = await startTestSts();
  server.answer = answerCredentials(() => clock.now());
  sts = openForeignSts({ firstPause: 1 });
  minted = [];
  brokers = openBrokers({
    clock,
    sts,
    async mint(claim, lifetime) {
      minted.push({ claim, lifetime });
      return `token-${minted.length}`;
    },
    observed: (issuer) => issuer,
  });
});

afterEach(async () => {
  await sts.close();
  await server.close();
});

function poolWith(changes: Partial<BrokerSettings>, more: Partial<PoolDocument> = {}): PoolDocument {
  const broker = { endpoint: server.url, ...changes };
  return poolDocument({ allowClassicFlow: false, settings: { brokers: { [roleArn]: broker } }, ...more });
}

function issuerOf(changes: Partial<BrokerSettings> = {}): CredentialIssuer {
  const issuer = brokers.issuerFor(poolWith(changes), roleArn);
  if (issuer === undefined) throw new Error('the role is not brokered');
  return issuer;
}

const { poolId } = poolDocument();

function grantWith(changes: Partial<SessionGrant> = {}): SessionGrant {
  return {
    arn: 'arn:aws:sts::000000000000:assumed-role/Player/CognitoIdentityCredentials',
    userId: 'AROAPLAYER:CognitoIdentityCredentials',
    account: '000000000000',
    roleArn,
    roleName: 'Player',
    sessionName: 'CognitoIdentityCredentials',
    expiresAt: clock.now() + 3_600_000,
    tags: {},
    federation: {
      provider: 'cognito-identity.amazonaws.com',
      audience: poolId,
      subject: identityId,
      amr: ['authenticated'],
    },
    identityId,
    poolId,
    ...changes,
  };
}

const keyOf = async (issuer: CredentialIssuer, changes: Partial<SessionGrant> = {}) =>
  (await issuer.issue(grantWith(changes))).accessKeyId;

describe('a brokered role', () => {
  it('has the credentials of the foreign STS, for a token about the identity', async () => {
    const credentials = await issuerOf().issue(grantWith({ tags: { team: 'red' } }));
    expect(credentials).toMatchObject({ accessKeyId: 'ASIAFOREIGN1', sessionToken: 'token1' });
    expect(minted).toEqual([
      { claim: { identityId, poolId, amr: ['authenticated'], tags: { team: 'red' } }, lifetime: 3600 },
    ]);
    expect(server.asked).toEqual([
      {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: 'CognitoIdentityCredentials',
        DurationSeconds: '3600',
        WebIdentityToken: 'token-1',
      },
    ]);
  });

  it('can be another one there, with sessions named after the identity', async () => {
    await issuerOf({ roleArn: 'arn:aws:iam:::role/There', sessionName: 'identity' }).issue(grantWith());
    expect(server.asked).toMatchObject([
      {
        RoleArn: 'arn:aws:iam:::role/There',
        RoleSessionName: 'us-east-1-11111111-1111-4111-8111-111111111111',
      },
    ]);
  });

  it('asks for no session shorter than an STS gives', async () => {
    await issuerOf().issue(grantWith({ expiresAt: clock.now() + 899_500 }));
    expect(server.asked).toMatchObject([{ DurationSeconds: '900' }]);
  });

  it('is named, or one of all the others', () => {
    const other = 'arn:aws:iam::000000000000:role/Other';
    expect(brokers.issuerFor(poolDocument(), roleArn)).toBeUndefined();
    expect(brokers.issuerFor(poolWith({}), other)).toBeUndefined();
    const all = { brokers: { '*': { endpoint: server.url } } };
    expect(brokers.issuerFor(poolDocument({ allowClassicFlow: false, settings: all }), other)).toBeDefined();
  });

  it('is watched over like our own', async () => {
    const grants: SessionGrant[] = [];
    const watched = openBrokers({
      clock,
      sts,
      mint: async () => 'token',
      observed: (issuer) => ({
        issue(grant) {
          grants.push(grant);
          return issuer.issue(grant);
        },
      }),
    });
    await watched.issuerFor(poolWith({}), roleArn)?.issue(grantWith());
    expect(grants).toEqual([grantWith()]);
  });
});

describe('what narrows a brokered session', () => {
  const text = (resource: string) =>
    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["${resource}"]}]}`;
  const mine = text('arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*');
  const filled = text(`arn:aws:s3:::b/${identityId.replace(':', '?')}/*`);
  const awsScopeDown = [
    'arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy',
    'arn:aws:iam::aws:policy/daypass/GuestSessionPolicy',
  ];

  it('is the role’s session policy, with the identity filled in', async () => {
    await issuerOf({ sessionPolicy: mine }).issue(grantWith());
    expect(server.asked[0]?.Policy).toBe(filled);
  });

  it('or what the pool lets guests do, with the identity filled in', async () => {
    await issuerOf().issue(grantWith({ sessionPolicy: mine }));
    expect(server.asked[0]?.Policy).toBe(filled);
  });

  it('or what AWS lets guests do, in the two policies that Cognito sends', async () => {
    await issuerOf().issue(grantWith({ sessionPolicyArns: awsScopeDown }));
    const [{ Policy = '', ...asked } = {}] = server.asked;
    expect(asked).toMatchObject({ 'PolicyArns.member.1.arn': awsScopeDown[0] });
    expect(asked).not.toHaveProperty(['PolicyArns.member.2.arn']);
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Action: expect.arrayContaining(['s3:*']) }] });
  });

  it.each([
    ['a guest policy', { sessionPolicy: mine }],
    ['AWS’s scope-down', { sessionPolicyArns: awsScopeDown }],
  ])('is never the role’s session policy in place of %s', async (_what, changes) => {
    const refused = issuerOf({ sessionPolicy: mine }).issue(grantWith(changes));
    await expect(refused).rejects.toMatchObject({
      code: 'InvalidIdentityPoolConfigurationException',
      reason: expect.stringContaining('room for one session policy'),
    });
    expect(server.asked).toEqual([]);
  });

  it('must be complete: a session without a value that it names is not begun', async () => {
    const refused = issuerOf({ sessionPolicy: text('${aws:PrincipalTag/team}') }).issue(grantWith());
    await expect(refused).rejects.toMatchObject({
      code: 'InvalidIdentityPoolConfigurationException',
      reason: 'there is no value for ${aws:PrincipalTag/team} of a session policy',
    });
    expect(server.asked).toEqual([]);
  });
});

describe('a pool that hands out tokens', () => {
  const reasonOf = (pool: PoolDocument): string | undefined => {
    try {
      brokers.issuerFor(pool, roleArn);
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'InvalidIdentityPoolConfigurationException') {
        return error.reason;
      }
      throw error;
    }
    return undefined;
  };
  const developer = { developerProviderName: 'login.my.backend' };
  const sessionPolicy = '{"Statement":[]}';

  it('in the basic flow brokers nothing: its users could take any role that trusts the pool', () => {
    expect(reasonOf(poolWith({}, { allowClassicFlow: true }))).toContain('set AllowClassicFlow to false');
    const { allowClassicFlow, ...unsaid } = poolWith({});
    expect(reasonOf(unsaid)).toContain('set AllowClassicFlow to false');
    expect(reasonOf(poolWith({}))).toBeUndefined();
  });

  it('for developer authenticated identities brokers no role with a session policy: they could leave it out', () => {
    expect(reasonOf(poolWith({ sessionPolicy }, developer))).toContain('developer provider');
    expect(reasonOf(poolWith({}, developer))).toBeUndefined();
    expect(reasonOf(poolWith({ sessionPolicy }))).toBeUndefined();
  });
});

describe('credentials that still live', () => {
  it('are given out again for the first half of their life', async () => {
    const issuer = issuerOf();
    expect(await keyOf(issuer)).toBe('ASIAFOREIGN1');
    clock.advance(1800);
    expect(await keyOf(issuer)).toBe('ASIAFOREIGN1');
    clock.advance(1);
    expect(await keyOf(issuer)).toBe('ASIAFOREIGN2');
    clock.advance(1);
    expect(await keyOf(issuer)).toBe('ASIAFOREIGN2');
  });

  it('are asked for once, however many want them at once', async () => {
    const issuer = issuerOf();
    const keys = await Promise.all(Array.from({ length: 20 }, () => keyOf(issuer)));
    expect(new Set(keys)).toEqual(new Set(['ASIAFOREIGN1']));
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, Partial<BrokerSettings>, Partial<SessionGrant>]>([
    ['another identity', {}, { identityId: 'us-east-1:2' as IdentityId }],
    ['other tags', {}, { tags: { team: 'blue' } }],
    [
      'another way of signing in',
      {},
      { federation: { provider: '', audience: '', subject: '', amr: ['unauthenticated'] } },
    ],
    ['another role', { roleArn: 'arn:aws:iam:::role/There' }, {}],
    ['another session policy', { sessionPolicy: '{"Statement":[]}' }, {}],
    ['another session name', { sessionName: 'identity' }, {}],
  ])('are not those of %s', async (_what, broker, grant) => {
    expect(await keyOf(issuerOf())).toBe('ASIAFOREIGN1');
    expect(await keyOf(issuerOf(broker), grant)).toBe('ASIAFOREIGN2');
  });

  it('are not given out when they live longer than sessions now may', async () => {
    const issuer = issuerOf();
    await keyOf(issuer, { expiresAt: clock.now() + 43_200_000 });
    expect(await keyOf(issuer, { expiresAt: clock.now() + 900_000 })).toBe('ASIAFOREIGN2');
  });

  it('are asked for anew each time when the cache is off', async () => {
    const issuer = issuerOf({ cache: false });
    expect([await keyOf(issuer), await keyOf(issuer)]).toEqual(['ASIAFOREIGN1', 'ASIAFOREIGN2']);
  });

  it('are not there after a refusal, which is not kept either', async () => {
    const issuer = issuerOf();
    const well = server.answer;
    server.answer = answerError(403, 'AccessDenied', 'no');
    await expect(keyOf(issuer)).rejects.toMatchObject({
      code: 'InvalidIdentityPoolConfigurationException',
    });
    server.answer = well;
    expect(await keyOf(issuer)).toBe('ASIAFOREIGN1');
  });
});
