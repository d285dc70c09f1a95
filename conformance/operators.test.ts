import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

describe('what Daypass adds for operators', () => {
  let daypass: Daypass;
  let issuer: Issuer;
  let userPool: Issuer;
  let user: CognitoIdentityClient;
  let poolId: string;

  beforeAll(async () => {
    issuer = await startIssuer();
    userPool = await startIssuer('cognito-idp.us-east-1.amazonaws.com/us-east-1_example', 'appclient');
    daypass = await startDaypass({
      port: 0,
      logLevel: 'silent',
      providerOverrides: { [issuer.key]: issuer.url, [userPool.key]: userPool.url },
    });
    user = new CognitoIdentityClient({ endpoint: daypass.url, region, maxAttempts: 1 });
    const admin = administrator(daypass);
    poolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      OpenIdConnectProviderARNs: [await admin.registerIssuer(issuer.key, ['example-client'])],
    });
    const anything = [{ Effect: 'Allow', Action: ['s3:GetObject', 'ssm:GetParameter'], Resource: '*' }];
    await admin.setRoles(poolId, {
      authenticated: await admin.createRole('Player', poolId, 'authenticated', anything),
      unauthenticated: await admin.createRole('Guest', poolId, 'unauthenticated', anything),
    });
  });

  afterAll(async () => {
    await daypass.close();
    await issuer.close();
    await userPool.close();
  });

  const call = (operation: string, input: object) => callDaypass(daypass, operation, input);

  async function signIn(sub: string) {
    const Logins = { [issuer.key]: await issuer.token({ sub }) };
    const { IdentityId = '' } = await user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins }));
    return IdentityId;
  }

  async function credentials(sub: string) {
    const Logins = { [issuer.key]: await issuer.token({ sub }) };
    const IdentityId = await signIn(sub);
    const { Credentials } = await user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    return {
      identityId: IdentityId,
      lifetime: ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000,
      whoAmI: () =>
        new STSClient({
          endpoint: daypass.url,
          region,
          maxAttempts: 1,
          credentials: {
            accessKeyId: Credentials?.AccessKeyId ?? '',
            secretAccessKey: Credentials?.SecretKey ?? '',
            sessionToken: Credentials?.SessionToken ?? '',
          },
        }).send(new GetCallerIdentityCommand({})),
    };
  }

  describe('FindIdentities', () => {
    it('tells the user of an identity, and the identity of a user', async () => {
      const identityId = await signIn('findable');
      const found = { Identities: [expect.objectContaining({ IdentityId: identityId, Enabled: true })] };
      const byUser = { IdentityPoolId: poolId, Provider: issuer.key, Subject: 'findable', MaxResults: 10 };
      expect(await call('FindIdentities', byUser)).toMatchObject({
        Identities: [{ IdentityId: identityId, Logins: [{ Provider: issuer.key, Subject: 'findable' }] }],
      });
      expect(
        await call('FindIdentities', { IdentityPoolId: poolId, SubjectPrefix: 'finda', MaxResults: 10 }),
      ).toMatchObject(found);
      expect(
        await call('FindIdentities', {
          IdentityPoolId: poolId,
          IdentityIdPrefix: identityId,
          MaxResults: 10,
        }),
      ).toMatchObject(found);
      expect(
        await call('FindIdentities', { IdentityPoolId: poolId, Subject: 'nobody', MaxResults: 10 }),
      ).toMatchObject({ Identities: [] });
    });

    it('finds by when an identity was made, page by page', async () => {
      for (const sub of ['one', 'two', 'three']) await signIn(sub);
      const soon = Math.floor(Date.now() / 1000) + 60;
      const seen: unknown[] = [];
      let NextToken: unknown;
      do {
        const page = await call('FindIdentities', {
          IdentityPoolId: poolId,
          Created: { From: 0, To: soon },
          MaxResults: 2,
          NextToken,
        });
        seen.push(...(page.Identities as { IdentityId: string }[]).map(({ IdentityId }) => IdentityId));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      expect(seen.length).toBeGreaterThanOrEqual(3);
      expect(new Set(seen).size).toBe(seen.length);
      const later = { IdentityPoolId: poolId, Created: { From: soon }, MaxResults: 2 };
      expect(await call('FindIdentities', later)).toMatchObject({ Identities: [] });
    });
  });

  describe('LinkLogin', () => {
    it('links a user without that user’s token, who then has this identity', async () => {
      const { IdentityId = '' } = await user.send(new GetIdCommand({ IdentityPoolId: poolId }));
      await call('LinkLogin', {
        IdentityPoolId: poolId,
        IdentityId,
        Provider: issuer.key,
        Subject: 'linked',
      });
      expect(await signIn('linked')).toBe(IdentityId);
    });

    it('takes no login away from another identity', async () => {
      const owner = await signIn('owner');
      const { IdentityId } = await user.send(new GetIdCommand({ IdentityPoolId: poolId }));
      const login = { IdentityPoolId: poolId, IdentityId, Provider: issuer.key, Subject: 'owner' };
      expect(await refusal(call('LinkLogin', login))).toEqual({
        name: 'ResourceConflictException',
        message: `The login belongs to identity '${owner}'.`,
      });
    });
  });

  describe('RevokeSessions', () => {
    it('ends the sessions of one identity at once, and lets it come back', async () => {
      const revoked = await credentials('revoked');
      const other = await credentials('other');
      await revoked.whoAmI();
      await call('RevokeSessions', { IdentityId: revoked.identityId });
      expect(await refusal(revoked.whoAmI())).toMatchObject({ name: 'ExpiredToken' });
      await other.whoAmI();
      // A session of the very millisecond of the revocation would be revoked with the others.
      await new Promise((resolve) => setTimeout(resolve, 5));
      await (await credentials('revoked')).whoAmI();
    });

    it.each(['pool', 'role'])('ends the sessions of a %s', async (kind) => {
      const session = await credentials('many');
      await session.whoAmI();
      const target =
        kind === 'pool' ? { IdentityPoolId: poolId } : { RoleArn: 'arn:aws:iam::000000000000:role/Player' };
      await call('RevokeSessions', target);
      expect(await refusal(session.whoAmI())).toMatchObject({ name: 'ExpiredToken' });
    });

    it('wants exactly one target', async () => {
      expect(await refusal(call('RevokeSessions', {}))).toMatchObject({ name: 'InvalidParameterException' });
      const two = { IdentityPoolId: poolId, RoleArn: 'arn:aws:iam::000000000000:role/Player' };
      expect(await refusal(call('RevokeSessions', two))).toMatchObject({ name: 'InvalidParameterException' });
    });
  });

  describe('pool settings', () => {
    it('lets a pool take several client ids of one provider', async () => {
      const token = await issuer.token({ sub: 'phone', aud: 'ios-client' });
      const getId = () =>
        user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins: { [issuer.key]: token } }));
      expect(await refusal(getId())).toMatchObject({
        message: 'Invalid login token. Incorrect token audience.',
      });
      await call('SetPoolSettings', {
        IdentityPoolId: poolId,
        Settings: { ClientIds: { [issuer.key]: ['ios-client'] } },
      });
      expect((await getId()).IdentityId).toMatch(/^us-east-1:/);
      await call('SetPoolSettings', { IdentityPoolId: poolId, Settings: {} });
      expect(await refusal(getId())).toMatchObject({
        message: 'Invalid login token. Incorrect token audience.',
      });
    });

    it('lets credentials live longer or shorter, within the role’s MaxSessionDuration', async () => {
      await call('SetPoolSettings', { IdentityPoolId: poolId, Settings: { CredentialLifetime: 900 } });
      expect((await credentials('short')).lifetime).toBeLessThanOrEqual(900);
      await call('SetPoolSettings', { IdentityPoolId: poolId, Settings: { CredentialLifetime: 43_200 } });
      expect((await credentials('long')).lifetime).toBeLessThanOrEqual(3600);
      await call('SetPoolSettings', { IdentityPoolId: poolId, Settings: {} });
    });

    it('refuses a user pool login that asks for a server-side check, unless the check may be skipped', async () => {
      const pool = await administrator(daypass).createPool({
        CognitoIdentityProviders: [
          { ProviderName: userPool.key, ClientId: 'appclient', ServerSideTokenCheck: true },
        ],
      });
      const Logins = { [userPool.key]: await userPool.token({ token_use: 'id' }) };
      const getId = () => user.send(new GetIdCommand({ IdentityPoolId: pool, Logins }));
      expect(await refusal(getId())).toMatchObject({ name: 'NotAuthorizedException' });
      await call('SetPoolSettings', { IdentityPoolId: pool, Settings: { ServerSideTokenCheck: 'SKIP' } });
      expect((await getId()).IdentityId).toMatch(/^us-east-1:/);
    });

    it('refuses a guest policy that is none', async () => {
      const Settings = { GuestScopeDown: 'POLICY', GuestPolicy: '{"Version":"2012-10-17"}' };
      expect(await refusal(call('SetPoolSettings', { IdentityPoolId: poolId, Settings }))).toMatchObject({
        name: 'InvalidParameterException',
      });
    });
  });

  describe('ExplainFederation', () => {
    const steps = (answer: Record<string, unknown>) =>
      (answer.Steps as { Step: string; Outcome: string }[]).map(({ Step, Outcome }) => `${Step} ${Outcome}`);

    it('goes through a good exchange without making an identity', async () => {
      const Logins = { [issuer.key]: await issuer.token({ sub: 'curious' }) };
      const Actions = [
        { Action: 's3:GetObject', Resource: 'arn:aws:s3:::games/x' },
        { Action: 's3:PutObject', Resource: 'arn:aws:s3:::games/x' },
      ];
      const answer = await call('ExplainFederation', { IdentityPoolId: poolId, Logins, Actions });
      expect(steps(answer)).toEqual([
        'Pool ok',
        'Token ok',
        'Identity ok',
        'Role ok',
        'Trust ok',
        'Session ok',
      ]);
      expect(answer.RoleArn).toBe('arn:aws:iam::000000000000:role/Player');
      expect(answer.Permissions).toMatchObject([
        { Action: 's3:GetObject', Allowed: true, Statement: { Source: expect.stringContaining('Player') } },
        { Action: 's3:PutObject', Allowed: false, Effect: 'ImplicitDeny' },
      ]);
      expect(
        await call('FindIdentities', { IdentityPoolId: poolId, Subject: 'curious', MaxResults: 1 }),
      ).toMatchObject({
        Identities: [],
      });
    });

    it('shows what guests are scoped down to', async () => {
      const Actions = [{ Action: 'ssm:GetParameter', Resource: '*' }];
      expect(await call('ExplainFederation', { IdentityPoolId: poolId, Actions })).toMatchObject({
        Permissions: [{ Allowed: false, Layer: 'session' }],
      });
    });

    it('says which check a token fails', async () => {
      const Logins = { [issuer.key]: await issuer.token({ aud: 'somebody-else' }) };
      const answer = await call('ExplainFederation', { IdentityPoolId: poolId, Logins });
      expect(steps(answer)).toEqual(['Pool ok', 'Token refused']);
      expect(answer.Steps).toContainEqual(
        expect.objectContaining({
          Detail: expect.stringContaining('somebody-else'),
          Error: {
            Code: 'NotAuthorizedException',
            Message: 'Invalid login token. Incorrect token audience.',
          },
        }),
      );
    });

    it('says which condition of the trust policy does not hold', async () => {
      const admin = administrator(daypass);
      const lonely = await admin.createPool({ AllowUnauthenticatedIdentities: true });
      await admin.setRoles(lonely, { unauthenticated: 'arn:aws:iam::000000000000:role/Guest' });
      const answer = await call('ExplainFederation', { IdentityPoolId: lonely });
      expect(steps(answer).at(-1)).toBe('Trust refused');
      expect(answer.Steps).toContainEqual(
        expect.objectContaining({
          Statements: [
            expect.objectContaining({
              Matched: false,
              Mismatches: [
                expect.objectContaining({
                  Key: 'cognito-identity.amazonaws.com:aud',
                  Wanted: [poolId],
                  Actual: [lonely],
                }),
              ],
            }),
          ],
        }),
      );
    });

    it('tells the reason of an earlier refusal by its request id', async () => {
      const body = JSON.stringify({
        IdentityPoolId: poolId,
        Logins: { [issuer.key]: await issuer.token({ aud: 'x-client' }) },
      });
      const refused = await fetch(`${daypass.url}/_daypass/federate`, { method: 'POST', body });
      const RequestId = refused.headers.get('x-amzn-requestid');
      expect(await call('ExplainFederation', { RequestId })).toMatchObject({
        Refusal: {
          Operation: 'Federate',
          Code: 'NotAuthorizedException',
          Reason: expect.stringContaining('x-client'),
        },
      });
      expect(
        await refusal(call('ExplainFederation', { RequestId: '00000000-0000-4000-8000-000000000000' })),
      ).toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });
  });

  it('tells the reason of a refusal that another process gave', async () => {
    const data = mkdtempSync(join(tmpdir(), 'daypass-operators-'));
    const first = await startDaypass({ port: 0, data, logLevel: 'silent' });
    const body = JSON.stringify({ IdentityPoolId: 'us-east-1:00000000-0000-4000-8000-000000000000' });
    const refused = await fetch(`${first.url}/_daypass/federate`, { method: 'POST', body });
    await first.close();
    const second = await startDaypass({ port: 0, data, logLevel: 'silent' });
    const RequestId = refused.headers.get('x-amzn-requestid');
    expect(await callDaypass(second, 'ExplainFederation', { RequestId })).toMatchObject({
      Refusal: { Operation: 'Federate', Code: 'ResourceNotFoundException' },
    });
    await second.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('is signed: nobody without a key may ask', async () => {
    const unsigned = await fetch(daypass.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Daypass.FindIdentities' },
      body: JSON.stringify({ IdentityPoolId: poolId, MaxResults: 1 }),
    });
    expect(unsigned.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException:');
  });
});
