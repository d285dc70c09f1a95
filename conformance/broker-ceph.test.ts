import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

const launcher = join(import.meta.dirname, '../packages/cli/bin/daypass.js');

/** What signed-in sessions are narrowed to. */
const ownPrefix = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: 'arn:aws:s3:::game/${cognito-identity.amazonaws.com:sub}/*',
  },
};

describe.runIf(isInstalled)('a pool in front of Ceph', () => {
  let ceph: Ceph;
  let issuer: Issuer;
  let daypass: Daypass;
  let user: CognitoIdentityClient;
  let poolId: string;
  let owner: S3;
  let iam: IAM;
  let folder: string;

  beforeAll(async () => {
    ceph = await startCeph();
    folder = await mkdtemp(join(tmpdir(), 'daypass-broker-'));
    issuer = await startIssuer();
    // Its first signing key is four hours old.
    await hoursAgo(4, async () => {
      daypass = await startDaypass({
        port: 0,
        logLevel: 'silent',
        providerOverrides: { [issuer.key]: issuer.url },
      });
      await publishedKeys();
    });
    user = new CognitoIdentityClient({ endpoint: daypass.url, region, maxAttempts: 1 });
    const config = { endpoint: ceph.url, region, credentials: ceph.administrator, maxAttempts: 1 };
    owner = new S3({ ...config, forcePathStyle: true });
    iam = new IAM(config);

    const admin = administrator(daypass);
    poolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      OpenIdConnectProviderARNs: [await admin.registerIssuer(issuer.key, ['example-client'])],
    });
    const authenticated = await admin.createRole('Player', poolId, 'authenticated');
    const unauthenticated = await admin.createRole('Guest', poolId, 'unauthenticated');
    await admin.setRoles(poolId, { authenticated, unauthenticated });

    await owner.createBucket({ Bucket: 'game' });
    await owner.putObject({ Bucket: 'game', Key: 'public/news', Body: 'news' });
    await setUp();
    await allow('Player', ['s3:GetObject', 's3:PutObject'], 'game/*');
    await allow('Guest', ['s3:GetObject'], 'game/public/*');
  });

  afterAll(async () => {
    await daypass.close();
    await issuer.close();
    await ceph.stop();
    await rm(folder, { recursive: true });
  });

  /** Does something as if it had been done some hours ago. */
  async function hoursAgo(hours: number, what: () => Promise<unknown>): Promise<void> {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - hours * 3_600_000 });
    await what().finally(() => vi.useRealTimers());
  }

  async function publishedKeys(): Promise<readonly string[]> {
    const response = await fetch(new URL('/.well-known/jwks_uri', daypass.url));
    const { keys }: { keys: { kid: string }[] } = JSON.parse(await response.text());
    return keys.map(({ kid }) => kid);
  }

  /** Runs `daypass broker setup --apply`, which makes Ceph know the pool. */
  async function setUp(): Promise<void> {
    const policy = join(folder, 'policy.json');
    await writeFile(policy, JSON.stringify(ownPrefix));
    const place = ['--target', 'ceph', '--target-endpoint', ceph.url, '--session-policy', policy, '--apply'];
    await promisify(execFile)(process.execPath, [launcher, 'broker', 'setup', '--pool', poolId, ...place], {
      env: {
        AWS_ENDPOINT_URL: daypass.url,
        AWS_ACCESS_KEY_ID: daypass.rootCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: daypass.rootCredentials.secretAccessKey,
        DAYPASS_TARGET_ACCESS_KEY_ID: ceph.administrator.accessKeyId,
        DAYPASS_TARGET_SECRET_ACCESS_KEY: ceph.administrator.secretAccessKey,
      },
    });
  }

  async function allow(RoleName: string, Action: string[], resource: string): Promise<void> {
    const Statement = [{ Effect: 'Allow', Action, Resource: `arn:aws:s3:::${resource}` }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.putRolePolicy({ RoleName, PolicyName: 'rights', PolicyDocument });
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

  it('goes on while Daypass changes the key it signs with', async () => {
    const [first, second] = await publishedKeys();
    // Two hours after a rotation the new key takes over; the old one is published on for a day.
    await hoursAgo(3, () => callDaypass(daypass, 'RotateKeys', { Kind: 'SIGNING' }));
    const [third, fourth, ...old] = await publishedKeys();
    expect(old).toEqual([first, second]);
    await enter('dora');
    await callDaypass(daypass, 'RotateKeys', { Kind: 'SIGNING' });
    const [current, ...others] = await publishedKeys();
    expect(current).toBe(third);
    expect(others).toEqual(expect.arrayContaining([first, second, fourth]));
    expect(others).toHaveLength(5);
    await enter('eve');
  });

  /** What comes of trying each brokered role. */
  async function outcomes(): Promise<readonly [role: string, outcome: string][]> {
    const { Roles } = await callDaypass(daypass, 'ExplainBrokers', { IdentityPoolId: poolId });
    return (Roles as { RoleArn: string; Outcome: string }[]).map(({ RoleArn, Outcome }) => [
      RoleArn.slice(RoleArn.lastIndexOf('/') + 1),
      Outcome,
    ]);
  }

  it('is tried out role by role', async () => {
    expect(await outcomes()).toEqual([
      ['Player', 'ok'],
      ['Guest', 'ok'],
    ]);
  });

  it('is misconfigured once Ceph no longer knows the provider', async () => {
    const OpenIDConnectProviderArn = `arn:aws:iam:::oidc-provider/${new URL(daypass.url).host}`;
    await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn });
    const error = await enter('carol').catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'InvalidIdentityPoolConfigurationException' });
    const { requestId } = (error as { $metadata: { requestId: string } }).$metadata;
    expect(await callDaypass(daypass, 'ExplainFederation', { RequestId: requestId })).toMatchObject({
      Refusal: { Reason: `the STS at ${new URL(ceph.url).host}: it answered 403 AccessDenied` },
    });
    expect(await outcomes()).toEqual([
      ['Player', 'refused'],
      ['Guest', 'refused'],
    ]);
    await setUp();
    await enter('carol');
  });
});
