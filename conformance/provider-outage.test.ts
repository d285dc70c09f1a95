import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestProvider } from '../packages/server/src/testing/provider.ts';
import { startTestService, type TestService } from '../packages/server/src/testing/service.ts';
import { TestClock, TestIssuer } from '../packages/server/src/tokens/testing/issuer.ts';
import { administrator, refusal, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';

const key = 'accounts.google.com';
const minute = 60;
const down = {
  name: 'ExternalServiceException',
  message: "Couldn't retrieve verification key from the identity provider.",
};

describe('an outage of a provider', () => {
  const clock = new TestClock(Date.now());
  let issuer: TestIssuer;
  let daypass: TestService<'game'>;
  let users = 0;

  beforeAll(async () => {
    issuer = await TestIssuer.start(key, clock);
    daypass = await startTestService({
      clock,
      staleKeysSeconds: 120 * minute,
      providerOverrides: { [key]: issuer.server.url.href },
      pools: {
        game: {
          roles: { authenticated: [] },
          settings: { SupportedLoginProviders: { [key]: 'game' } },
        },
      },
    });
  });
  afterAll(() => Promise.all([daypass.close(), issuer.close()]));

  /** Signs a user in who was never here before. */
  async function signIn(): Promise<string | undefined> {
    const client = new CognitoIdentityClient({ endpoint: daypass.url, region, maxAttempts: 1 });
    const Logins = { [key]: await issuer.token({ sub: `user-${++users}` }) };
    const IdentityPoolId = daypass.pools.game.id;
    const { IdentityId } = await client.send(new GetIdCommand({ IdentityPoolId, Logins }));
    const { Credentials } = await client.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    return Credentials?.AccessKeyId;
  }

  it('is not noticed while its keys may be stale; then users are told so; it ends without a restart', async () => {
    const accessKey = expect.stringMatching(/^ASIA/);
    expect(await signIn()).toEqual(accessKey);
    const answers = new Map(issuer.server.answers);
    for (const path of answers.keys()) {
      issuer.server.answers.set(path, (_request, response) => response.writeHead(503).end());
    }
    // Its keys say that they are fresh for an hour; the option adds two.
    for (let passed = 0; passed < 170; passed += 10) {
      clock.advance(10 * minute);
      expect(await signIn()).toEqual(accessKey);
    }
    clock.advance(10 * minute);
    expect(await refusal(signIn())).toEqual(down);
    for (const [path, answer] of answers) issuer.server.answers.set(path, answer);
    clock.advance(minute);
    expect(await signIn()).toEqual(accessKey);
  });
});

describe('a provider at a private address', () => {
  const tenant = 'localhost/tenant';
  const notPublic = 'localhost does not resolve to public addresses only';

  it.each([
    ['is not asked', [], true],
    ['is not asked when others may be', ['localhost/other'], true],
    ['is asked when it may be', [tenant], false],
    ['is asked when any may be', ['*'], false],
  ])('%s', { timeout: 30_000 }, async (_what, privateProviders, isRefused) => {
    await using provider = await startTestProvider({ key: tenant });
    await using daypass = await startTestService({ privateProviders, pools: {} });
    const admin = administrator(daypass);
    const poolId = await admin.createPool({
      OpenIdConnectProviderARNs: [await admin.registerIssuer(tenant, [provider.clientId])],
    });
    const { Steps } = await callDaypass(daypass, 'ExplainFederation', {
      IdentityPoolId: poolId,
      Logins: { [tenant]: provider.token() },
    });
    // Nobody serves https there: what tells is whether the address was the reason.
    const Detail = expect.stringContaining(`the keys of https://${tenant} cannot be fetched`);
    expect(Steps).toContainEqual(expect.objectContaining({ Step: 'Token', Outcome: 'refused', Detail }));
    expect(JSON.stringify(Steps).includes(notPublic)).toBe(isRefused);
  });
});
