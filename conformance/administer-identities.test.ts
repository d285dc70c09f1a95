import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, administrator, refusal, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

describe('identities in an administrator’s hands', () => {
  let daypass: Daypass;
  let issuer: Issuer;
  let other: Issuer;
  let user: CognitoIdentityClient;
  let IdentityPoolId: string;

  beforeAll(async () => {
    issuer = await startIssuer();
    other = await startIssuer('login.other.test');
    daypass = await startDaypass({
      port: 0,
      logLevel: 'silent',
      providerOverrides: { [issuer.key]: issuer.url, [other.key]: other.url },
    });
    user = new CognitoIdentityClient({ endpoint: daypass.url, region, maxAttempts: 1 });
    const admin = administrator(daypass);
    IdentityPoolId = await admin.createPool({
      OpenIdConnectProviderARNs: [
        await admin.registerIssuer(issuer.key, ['example-client']),
        await admin.registerIssuer(other.key, ['example-client']),
      ],
    });
    await admin.setRoles(IdentityPoolId, {
      authenticated: await admin.createRole('Player', IdentityPoolId, 'authenticated'),
    });
  });
  afterAll(async () => {
    await daypass.close();
    await issuer.close();
    await other.close();
  });

  const call = (operation: string, input: object) =>
    callDaypass(daypass, operation, { IdentityPoolId, ...input });

  /** Signs somebody in; `use` asks STS who the credentials are. */
  async function signIn(sub: string, at = issuer) {
    const Logins = { [at.key]: await at.token({ sub }) };
    const { IdentityId = '' } = await user.send(new GetIdCommand({ IdentityPoolId, Logins }));
    const { Credentials } = await user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const sts = new STSClient({ endpoint: daypass.url, region, maxAttempts: 1, credentials });
    await sts.send(new GetCallerIdentityCommand({}));
    return { IdentityId, use: () => sts.send(new GetCallerIdentityCommand({})) };
  }

  const over = { name: 'ExpiredToken' };

  it('are disabled with their sessions, and enabled again', async () => {
    const { IdentityId, use } = await signIn('ada');
    expect(await call('DisableIdentity', { IdentityId })).toEqual({ IdentityId, Enabled: false });
    expect(await refusal(use())).toMatchObject(over);
    expect(await refusal(signIn('ada'))).toEqual({
      name: 'NotAuthorizedException',
      message: `Access to Identity '${IdentityId}' is forbidden.`,
    });
    const disabled = { Subject: 'ada', Enabled: false, MaxResults: 1 };
    expect(await call('FindIdentities', disabled)).toMatchObject({ Identities: [{ IdentityId }] });
    expect(await call('EnableIdentity', { IdentityId })).toEqual({ IdentityId, Enabled: true });
    // Sessions of before stay over.
    expect(await refusal(use())).toMatchObject(over);
    const again = async () => expect((await signIn('ada')).IdentityId).toBe(IdentityId);
    await expect.poll(() => again().then(() => 'in', String), { timeout: 30_000 }).toBe('in');
  });

  it('lose a login with what it opened', async () => {
    const { IdentityId, use } = await signIn('grace');
    await call('LinkLogin', { IdentityId, Provider: other.key, Subject: 'grace' });
    const login = { IdentityId, Provider: issuer.key, Subject: 'grace' };
    expect(await call('UnlinkLogin', login)).toEqual({ IdentityId, Enabled: true });
    expect(await refusal(use())).toMatchObject(over);
    expect((await signIn('grace')).IdentityId).not.toBe(IdentityId);
    const last = { IdentityId, Provider: other.key, Subject: 'grace' };
    expect(await call('UnlinkLogin', last)).toEqual({ IdentityId, Enabled: false });
    expect(await refusal(call('UnlinkLogin', last))).toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('are merged, and the one that is no more loses its sessions', async () => {
    const source = await signIn('mary');
    const destination = await signIn('mary', other);
    const ids = {
      SourceIdentityId: source.IdentityId,
      DestinationIdentityId: destination.IdentityId,
    };
    expect(await call('MergeIdentities', ids)).toEqual({ IdentityId: destination.IdentityId });
    expect(await refusal(source.use())).toMatchObject(over);
    await destination.use();
    expect((await signIn('mary')).IdentityId).toBe(destination.IdentityId);
    expect(await refusal(call('MergeIdentities', ids))).toMatchObject({ name: 'NotAuthorizedException' });
  });

  it('obey those alone who may on their pool', async () => {
    const { IdentityId } = await signIn('victim');
    const { iam } = administrator(daypass);
    await iam.send(new CreateUserCommand({ UserName: 'stranger' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'stranger' }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'daypass:*',
        Resource: `arn:aws:cognito-identity:${region}:${account}:identitypool/us-east-1:another`,
      },
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'stranger', PolicyName: 'one', PolicyDocument }));
    const rootCredentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const login = { Provider: issuer.key, Subject: 'victim' };
    for (const [operation, input] of [
      ['DisableIdentity', { IdentityId }],
      ['EnableIdentity', { IdentityId }],
      ['UnlinkLogin', { IdentityId, ...login }],
      ['MergeIdentities', { SourceIdentityId: IdentityId, DestinationIdentityId: IdentityId }],
    ] as const) {
      const attempt = callDaypass({ ...daypass, rootCredentials }, operation, { IdentityPoolId, ...input });
      expect((await refusal(attempt)).message).toContain(`not authorized to perform: daypass:${operation}`);
    }
    expect((await signIn('victim')).IdentityId).toBe(IdentityId);
  });
});
