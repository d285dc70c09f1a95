import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal, region } from './rig/administrator.ts';
import { type Ceph, isCephInstalled, startCeph } from './rig/ceph.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const isInstalled = isCephInstalled();
if (!isInstalled) {
  console.log(
    'Ceph is not installed, and brokering is not tried with it: apt-get install ceph-osd ceph-mon radosgw',
  );
}

describe.runIf(isInstalled)('a pool in front of Ceph', () => {
  let ceph: Ceph;
  let issuer: Issuer;
  let daypass: Daypass;
  let user: CognitoIdentityClient;
  let poolId: string;
  let owner: S3;
  let iam: IAM;
  let provider = '';

  beforeAll(async () => {
    ceph = await startCeph();
    issuer = await startIssuer();
    daypass = await startDaypass({
      port: 0,
      logLevel: 'silent',
      providerOverrides: { [issuer.key]: issuer.url },
    });
    user = new CognitoIdentityClient({ endpoint: daypass.url, region, maxAttempts: 1 });
    const config = { endpoint: ceph.url, region, credentials: ceph.administrator, maxAttempts: 1 };
    owner = new S3({ ...config, forcePathStyle: true });
    iam = new IAM(config);

    const admin = administrator(daypass);
    poolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      AllowClassicFlow: false,
      OpenIdConnectProviderARNs: [await admin.registerIssuer(issuer.key, ['example-client'])],
    });
    const authenticated = await admin.createRole('Player', poolId, 'authenticated');
    const unauthenticated = await admin.createRole('Guest', poolId, 'unauthenticated');
    await admin.setRoles(poolId, { authenticated, unauthenticated });

    await owner.createBucket({ Bucket: 'game' });
    await owner.putObject({ Bucket: 'game', Key: 'public/news', Body: 'news' });
    await registerProvider();
    await foreignRole('Player', 'authenticated', ['s3:GetObject', 's3:PutObject'], 'game/*');
    await foreignRole('Guest', 'unauthenticated', ['s3:GetObject'], 'game/public/*');
    const mine = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: 'arn:aws:s3:::game/${cognito-identity.amazonaws.com:sub}/*',
      },
    };
    const Endpoint = ceph.url;
    const Brokers = {
      [authenticated]: {
        Endpoint,
        RoleArn: 'arn:aws:iam:::role/Player',
        SessionPolicy: JSON.stringify(mine),
      },
      [unauthenticated]: { Endpoint, RoleArn: 'arn:aws:iam:::role/Guest' },
    };
    await callDaypass(daypass, 'SetPoolSettings', {
      IdentityPoolId: poolId,
      Settings: { Brokers, GuestScopeDown: 'NONE' },
    });
  });

  afterAll(async () => {
    await daypass.close();
    await issuer.close();
    await ceph.stop();
  });

  async function registerProvider(): Promise<void> {
    const { OpenIDConnectProviderArn = '' } = await iam.createOpenIDConnectProvider({
      Url: daypass.url,
      ClientIDList: [poolId],
      ThumbprintList: [await thumbprint()],
    });
    provider = OpenIDConnectProviderArn;
  }

  async function thumbprint(): Promise<string> {
    const response = await fetch(new URL('/.well-known/jwks_uri', daypass.url));
    const { keys }: { keys: { x5t: string }[] } = JSON.parse(await response.text());
    return Buffer.from(keys[0]?.x5t ?? '', 'base64url').toString('hex');
  }

  async function foreignRole(
    RoleName: string,
    amr: string,
    Action: string[],
    resource: string,
  ): Promise<void> {
    const { host } = new URL(daypass.url);
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: [provider] },
          Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
          Condition: {
            StringEquals: { [`${host}:app_id`]: poolId },
            'ForAnyValue:StringEquals': { [`${host}:amr`]: amr },
          },
        },
      ],
    };
    const Resource = `arn:aws:s3:::${resource}`;
    const rights = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] };
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
    await iam.putRolePolicy({ RoleName, PolicyName: 'rights', PolicyDocument: JSON.stringify(rights) });
  }

  /** Signs in – or comes as a guest – and gives an unmodified client of Ceph with the credentials. */
  async function enter(sub: string | undefined) {
    const Logins = sub === undefined ? undefined : { [issuer.key]: await issuer.token({ sub }) };
    const { IdentityId = '' } = await user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins }));
    const { Credentials } = await user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const s3 = new S3({ endpoint: ceph.url, region, credentials, forcePathStyle: true, maxAttempts: 1 });
    return { identityId: IdentityId, s3 };
  }

  it('opens to each player the own rooms, and Ceph itself keeps the others shut', async () => {
    const ada = await enter('ada');
    const bob = await enter('bob');
    const own = { Bucket: 'game', Key: `${ada.identityId}/score` };
    await ada.s3.putObject({ ...own, Body: '42' });
    const { Body } = await ada.s3.getObject(own);
    expect(await Body?.transformToString()).toBe('42');
    expect((await refusal(bob.s3.getObject(own))).name).toBe('AccessDenied');
    expect((await refusal(bob.s3.putObject({ ...own, Body: '0' }))).name).toBe('AccessDenied');
    expect((await refusal(ada.s3.getObject({ Bucket: 'game', Key: 'public/news' }))).name).toBe(
      'AccessDenied',
    );
  });

  it('lets guests read what is public', async () => {
    const { s3, identityId } = await enter(undefined);
    const { Body } = await s3.getObject({ Bucket: 'game', Key: 'public/news' });
    expect(await Body?.transformToString()).toBe('news');
    const write = s3.putObject({ Bucket: 'game', Key: `${identityId}/score`, Body: '42' });
    expect((await refusal(write)).name).toBe('AccessDenied');
  });

  it('is misconfigured once Ceph no longer knows the provider', async () => {
    await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: provider });
    const error = await enter('carol').catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'InvalidIdentityPoolConfigurationException' });
    const { requestId } = (error as { $metadata: { requestId: string } }).$metadata;
    expect(await callDaypass(daypass, 'ExplainFederation', { RequestId: requestId })).toMatchObject({
      Refusal: { Reason: `the STS at ${new URL(ceph.url).host}: it answered 403 AccessDenied` },
    });
    await registerProvider();
    await enter('carol');
  });
});
