import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ForeignSts, openForeignSts } from '../credentials/foreign-sts.ts';
import { openBrokers } from '../credentials/sts.ts';
import { answerCredentials, answerError, startTestSts, type TestSts } from '../credentials/testing.ts';
import type { PoolId } from '../ids.ts';
import type { PoolDocument } from '../store/documents.ts';
import { federate } from './exchange.ts';
import { type ExplainServices, explainFederation, type Step } from './explain.ts';
import { type BrokeredRole, describeTrial, explainBrokers } from './explain-brokers.ts';
import { mintForeignToken } from './pool-token.ts';
import { openFederation, type TestFederation, trusting } from './testing/federation.ts';

const nobody = 'us-east-1:00000000-0000-0000-0000-000000000000';
const taggable = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'];
const there = 'arn:aws:iam::111122223333:role/There';

let federation: TestFederation;
let server: TestSts;
let sts: ForeignSts;
let services: ExplainServices;
let poolId: PoolId;
let player: string;
let guest: string;
let number = 0;

beforeAll(async () => {
  federation = await openFederation();
  sts = openForeignSts({ firstPause: 1 });
  const brokers = openBrokers({
    clock: federation.clock,
    sts,
    mint: (claim, lifetime) => mintForeignToken(federation, claim, lifetime),
    observed: (issuer) => issuer,
  });
  services = { ...federation, brokers, policiesOf: async () => undefined };
});

afterAll(async () => {
  await sts.close();
  await federation.close();
});

beforeEach(async () => {
  number++;
  server = await startTestSts();
  server.answer = answerCredentials(() => federation.clock.now());
  const { developerProviderName: _, ...document } = await federation.addPool();
  poolId = document.poolId;
  player = await federation.addRole(
    `Player${number}`,
    trusting(poolId, { action: taggable, amr: 'authenticated' }),
  );
  guest = await federation.addRole(`Guest${number}`, trusting(poolId, { amr: 'unauthenticated' }));
  await change({
    allowClassicFlow: false,
    roles: { authenticated: player, unauthenticated: guest },
    settings: { brokers: { '*': { endpoint: server.url, roleArn: there } }, guestScopeDown: 'none' },
  });
});

afterEach(() => server.close());

const change = (changes: Partial<PoolDocument>) => federation.changePool({ poolId, ...changes });

async function sessionStep(claims?: Record<string, unknown>): Promise<Step | undefined> {
  const logins =
    claims === undefined ? {} : { 'login.example.test': await federation.issuers.example.token(claims) };
  const asked = [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' }];
  const question = { poolId, identityId: undefined, logins, customRoleArn: undefined, asked };
  const { steps, permissions } = await explainFederation(services, question);
  expect(permissions).toEqual([]);
  return steps.at(-1);
}

/** The claims of the token that the STS was shown last. */
const shown = () => decodeJwt(server.asked.at(-1)?.WebIdentityToken ?? '');

describe('an explanation of an exchange by a foreign STS', () => {
  it('says what is asked of it, and that it gives a session', async () => {
    expect(await sessionStep({ sub: 'ada' })).toEqual({
      name: 'Session',
      outcome: 'ok',
      detail: `the STS at ${new URL(server.url).host} gives ${there} as CognitoIdentityCredentials for 3600 s; what it may do is decided there`,
      broker: {
        endpoint: server.url,
        roleArn: there,
        asked: { roleArn: there, roleSessionName: 'CognitoIdentityCredentials', durationSeconds: 3600 },
      },
    });
  });

  it('asks as the identity, or as nobody for one that is not made yet', async () => {
    await sessionStep({ sub: 'bob' });
    expect(shown()).toMatchObject({
      sub: nobody,
      aud: poolId,
      amr: expect.arrayContaining(['authenticated']),
    });
    await sessionStep();
    expect(shown()).toMatchObject({ sub: nobody, aud: poolId, amr: ['unauthenticated'] });
    expect(await federation.store.findIdentities({ poolId, limit: 10 })).toEqual([]);

    const logins = { 'login.example.test': await federation.issuers.example.token({ sub: 'bob' }) };
    const exchange = { poolId, identityId: undefined, logins, customRoleArn: undefined };
    const { identityId } = await federate(services, exchange);
    await sessionStep({ sub: 'bob' });
    expect(shown().sub).toBe(identityId);
  });

  it('asks each time: credentials of an earlier exchange say nothing of now', async () => {
    await sessionStep({ sub: 'ada' });
    await sessionStep({ sub: 'ada' });
    expect(server.asked).toHaveLength(2);
  });

  it('quotes a refusal to the letter, and says what the client would be told', async () => {
    server.answer = answerError(403, 'AccessDenied', 'Not authorized to perform sts:TagSession');
    expect(await sessionStep({ sub: 'ada' })).toMatchObject({
      name: 'Session',
      outcome: 'refused',
      detail: `the STS at ${new URL(server.url).host}: it answered 403 AccessDenied Not authorized to perform sts:TagSession`,
      error: { code: 'InvalidIdentityPoolConfigurationException' },
      broker: { asked: { roleArn: there } },
    });
  });

  it('says what of the pool is in the way before the STS is asked', async () => {
    await change({ allowClassicFlow: true });
    const step = await sessionStep({ sub: 'ada' });
    expect(step).toMatchObject({ name: 'Session', outcome: 'refused', broker: { roleArn: there } });
    expect(step?.detail).toContain('set AllowClassicFlow to false');
    expect(step?.broker).not.toHaveProperty('asked');
    expect(server.asked).toEqual([]);
  });
});

describe('an explanation of a pool’s brokers', () => {
  const outcomes = async () =>
    (await explainBrokers(services, poolId)).map((role) => [role.roleArn, role.isGuest, outcomeOf(role)]);

  const outcomeOf = ({ trial, refusal }: BrokeredRole) =>
    trial === undefined ? refusal?.reason : (trial.refusal?.reason ?? describeTrial(trial));

  const given = () =>
    `the STS at ${new URL(server.url).host} gives ${there} as CognitoIdentityCredentials for 3600 s`;

  it('tries every role that the pool names, once, and guests’ as a guest', async () => {
    const mapped = await federation.addRole(`Mapped${number}`, trusting(poolId));
    const named = await federation.addRole(`Named${number}`, trusting(poolId));
    const brokers = { '*': { endpoint: server.url, roleArn: there }, [named]: { endpoint: server.url } };
    const rule = { claim: 'level', matchType: 'Equals', value: '1', roleArn: mapped } as const;
    await change({
      roleMappings: {
        'login.example.test': {
          type: 'Rules',
          ambiguousRoleResolution: 'Deny',
          rules: [rule, { ...rule, roleArn: player }],
        },
      },
      settings: { brokers, guestScopeDown: 'none' },
    });
    expect(await outcomes()).toEqual([
      [player, false, given()],
      [mapped, false, given()],
      [named, false, given().replace(there, named)],
      [guest, true, given()],
    ]);
    expect(server.asked.map(({ WebIdentityToken = '' }) => decodeJwt(WebIdentityToken).amr).sort()).toEqual([
      ['authenticated'],
      ['authenticated'],
      ['authenticated'],
      ['unauthenticated'],
    ]);
  });

  it('leaves roles out whose credentials are our own', async () => {
    await change({ settings: { brokers: { [player]: { endpoint: server.url } } } });
    expect(await outcomes()).toMatchObject([[player, false, expect.any(String)]]);
    await change({ settings: {} });
    expect(await outcomes()).toEqual([]);
  });

  it('carries every tag that sessions may carry, for which the trust there is needed too', async () => {
    await change({ principalTags: { 'login.example.test': { useDefaults: false, tags: { team: 'team' } } } });
    await outcomes();
    const tags = server.asked.map(({ WebIdentityToken = '' }) => {
      const { amr, 'https://aws.amazon.com/tags': tags } = decodeJwt(WebIdentityToken);
      return [amr, tags];
    });
    expect(tags).toHaveLength(2);
    expect(tags).toContainEqual([['authenticated'], { principal_tags: { team: ['trial'] } }]);
    expect(tags).toContainEqual([['unauthenticated'], undefined]);
  });

  it('says of a role here that is missing, or lets no trial in, that it was not tried', async () => {
    const closed = await federation.addRole(`Closed${number}`, trusting('us-east-1:other' as PoolId));
    const missing = 'arn:aws:iam::000000000000:role/Missing';
    await change({ roles: { authenticated: closed, unauthenticated: missing } });
    expect(await outcomes()).toEqual([
      [closed, false, `the trust policy of ${closed} does not let this identity in`],
      [missing, true, `there is no role ${missing}`],
    ]);
    expect(server.asked).toEqual([]);
  });

  it('quotes the refusals', async () => {
    server.answer = answerError(400, 'InvalidIdentityToken', 'No OpenIDConnect provider found');
    expect(await outcomes()).toMatchObject([
      [player, false, expect.stringContaining('400 InvalidIdentityToken No OpenIDConnect provider found')],
      [guest, true, expect.any(String)],
    ]);
  });
});
