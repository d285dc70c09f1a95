import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';
import { TestIssuer, TestServer } from '../../tokens/testing/issuer.ts';
import { account, administrator, refusal, webIdentity, webRoles } from './testing.ts';

const notAuthorized = ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'];

let google: TestIssuer;
let facebook: TestServer;
let amazon: TestServer;
let daypass: Daypass;
let admin: ReturnType<typeof administrator>;
let createRole: ReturnType<typeof webRoles>;
let assume: ReturnType<typeof webIdentity>;

beforeAll(async () => {
  google = await TestIssuer.start('accounts.google.com', systemClock);
  facebook = await TestServer.start();
  amazon = await TestServer.start();
  daypass = await startDaypass({
    port: 0,
    logLevel: 'silent',
    providerOverrides: {
      'accounts.google.com': google.server.url.href,
      'graph.facebook.com': facebook.url.href,
      'www.amazon.com': amazon.url.href,
    },
  });
  admin = administrator(daypass.url, daypass.rootCredentials);
  createRole = webRoles(admin, 'accounts.google.com');
  assume = webIdentity(daypass.url);
});

afterAll(async () => {
  await daypass.close();
  await Promise.all([google.close(), facebook.close(), amazon.close()]);
});

describe('AssumeRoleWithWebIdentity with Google', () => {
  const trust = {
    Principal: { Federated: 'accounts.google.com' },
    Condition: { StringEquals: { 'accounts.google.com:aud': 'my-client' } },
  };

  it('needs no registered provider: the trust policy names the client', async () => {
    const RoleArn = await createRole(trust);
    const WebIdentityToken = await google.token({ aud: 'my-client' });
    expect(await assume({ RoleArn, WebIdentityToken })).toMatchObject({
      Provider: 'https://accounts.google.com',
      Audience: 'my-client',
    });
    const other = await google.token({ aud: 'another-client' });
    expect(await refusal(assume({ RoleArn, WebIdentityToken: other }))).toEqual(notAuthorized);
  });

  it('takes azp for the audience, and keeps aud as oaud', async () => {
    const RoleArn = await createRole({
      ...trust,
      Condition: {
        StringEquals: { 'accounts.google.com:aud': 'my-client', 'accounts.google.com:oaud': 'my-server' },
      },
    });
    const WebIdentityToken = await google.token({
      iss: 'accounts.google.com',
      azp: 'my-client',
      aud: 'my-server',
    });
    expect(await assume({ RoleArn, WebIdentityToken })).toMatchObject({ Provider: 'accounts.google.com' });
    const swapped = await google.token({ azp: 'my-server', aud: 'my-client' });
    expect(await refusal(assume({ RoleArn, WebIdentityToken: swapped }))).toEqual(notAuthorized);
  });

  it('also under the ARN of a registered provider, for its clients alone, and a deny of either name holds', async () => {
    const arn = `arn:aws:iam::${account}:oidc-provider/accounts.google.com`;
    await admin.iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: 'https://accounts.google.com',
        ClientIDList: ['my-client'],
      }),
    );
    const byArn = await createRole({ Principal: { Federated: arn } });
    const mine = await google.token({ aud: 'my-client' });
    await expect(assume({ RoleArn: byArn, WebIdentityToken: mine })).resolves.toBeDefined();
    const other = await google.token({ aud: 'another-client' });
    expect(await refusal(assume({ RoleArn: byArn, WebIdentityToken: other }))).toEqual(notAuthorized);
    await expect(assume({ RoleArn: await createRole(trust), WebIdentityToken: mine })).resolves.toBeDefined();

    const Action = 'sts:AssumeRoleWithWebIdentity';
    const divided = await admin.createRole('divided', [
      { Effect: 'Allow', Principal: { Federated: arn }, Action },
      { Effect: 'Deny', Principal: { Federated: 'accounts.google.com' }, Action },
    ]);
    expect(await refusal(assume({ RoleArn: divided, WebIdentityToken: mine }))).toEqual(notAuthorized);
  });
});

describe('AssumeRoleWithWebIdentity with an access token', () => {
  const appOf = (provider: string, app: string) => ({
    Principal: { Federated: provider },
    Condition: { StringEquals: { [`${provider}:app_id`]: app } },
  });

  it('of Facebook, for the app that the trust policy names', async () => {
    facebook.json('/app', { id: '1234' });
    facebook.json('/me', { id: '10215' });
    const RoleArn = await createRole(appOf('graph.facebook.com', '1234'));
    const input = { WebIdentityToken: 'EAAGm0PX4ZCpsBAKZCZA', ProviderId: 'graph.facebook.com' };
    const answer = await assume({ RoleArn, ...input });
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: '10215',
      Provider: 'graph.facebook.com',
      Audience: '1234',
    });
    const another = await createRole(appOf('graph.facebook.com', '5678'));
    expect(await refusal(assume({ RoleArn: another, ...input }))).toEqual([
      'InvalidIdentityToken',
      'Incorrect token audience',
    ]);
    const byUser = await createRole({
      ...appOf('graph.facebook.com', '1234'),
      Condition: { StringEquals: { 'graph.facebook.com:app_id': '1234', 'graph.facebook.com:id': '99' } },
    });
    expect(await refusal(assume({ RoleArn: byUser, ...input }))).toEqual(notAuthorized);
  });

  it('of a provider that refuses it or does not answer', async () => {
    const RoleArn = await createRole(appOf('graph.facebook.com', '1234'));
    const input = { RoleArn, ProviderId: 'graph.facebook.com' };
    facebook.answers.set('/app', (_request, response) => {
      response.writeHead(400).end(JSON.stringify({ error: { code: 190 } }));
    });
    expect(await refusal(assume({ ...input, WebIdentityToken: 'revoked-token' }))).toEqual([
      'IDPRejectedClaim',
      'The identity provider rejected the token.',
    ]);
    facebook.answers.set('/app', (_request, response) => response.writeHead(503).end());
    expect(await refusal(assume({ ...input, WebIdentityToken: 'some-token' }))).toEqual([
      'IDPCommunicationError',
      'The identity provider could not be reached to verify the token.',
    ]);
  });

  it('of Login with Amazon', async () => {
    const app = 'amzn1.application-oa2-client.1';
    amazon.json('/auth/o2/tokeninfo', {
      iss: 'https://www.amazon.com',
      aud: app,
      user_id: 'amzn1.account.A',
      exp: 600,
    });
    amazon.json('/user/profile', { user_id: 'amzn1.account.A' });
    const RoleArn = await createRole({
      Principal: { Federated: 'www.amazon.com' },
      Condition: {
        StringEquals: { 'www.amazon.com:app_id': app, 'www.amazon.com:user_id': 'amzn1.account.A' },
      },
    });
    const input = { WebIdentityToken: 'Atza|IQEBLjAsAhRFiXuWpU', ProviderId: 'www.amazon.com' };
    expect(await assume({ RoleArn, ...input })).toMatchObject({
      SubjectFromWebIdentityToken: 'amzn1.account.A',
      Provider: 'www.amazon.com',
      Audience: app,
    });
  });

  it('never with a secret taken from a trust policy', async () => {
    const before = facebook.requests.length;
    const RoleArn = await createRole(appOf('graph.facebook.com', '1234;secret'));
    const input = { RoleArn, WebIdentityToken: 'another-token', ProviderId: 'graph.facebook.com' };
    expect(await refusal(assume(input))).toEqual(notAuthorized);
    expect(facebook.requests.length).toBe(before);
  });

  it('only for roles that say which app, and for providers of access tokens', async () => {
    const before = facebook.requests.length;
    const RoleArn = await createRole({ Principal: { Federated: 'graph.facebook.com' } });
    const input = { RoleArn, WebIdentityToken: 'EAAGm0PX4ZCpsBAKZCZA' };
    expect(await refusal(assume({ ...input, ProviderId: 'graph.facebook.com' }))).toEqual(notAuthorized);
    expect(facebook.requests.length).toBe(before);
    expect(await refusal(assume({ ...input, ProviderId: 'login.example.test' }))).toEqual([
      'ValidationError',
      'login.example.test is not a supported ProviderId',
    ]);
  });
});
