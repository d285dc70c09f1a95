import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, type BrokerRig, key, startBrokerRig } from './broker/testing.ts';
import { daypass } from './commands/testing.ts';
import { callCognito, callDaypass, callIam } from './service/aws-api.ts';

const mine =
  '{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}"}}';

let rig: BrokerRig;
let folder: string;
let poolId: string;

beforeAll(async () => {
  rig = await startBrokerRig();
  ({ poolId } = rig);
  folder = await mkdtemp(join(tmpdir(), 'daypass-broker-'));
  await writeFile(join(folder, 'mine.json'), JSON.stringify(JSON.parse(mine), undefined, 2));
});

afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true });
});

const setup = (...args: string[]) => daypass(['broker', 'setup', '--pool', poolId, ...args]);
const aws = () => ['--target', 'aws', '--target-account', account];

describe('daypass broker setup', () => {
  it('prints what AWS must know, and what the pool', async () => {
    const { code, stdout, stderr } = await setup(...aws());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      `aws iam create-open-id-connect-provider --url https://${key} --client-id-list ${poolId}\n`,
    );
    expect(stdout).toContain('aws iam create-role --role-name Player');
    expect(stdout).toContain('The role Guest, which guests may take');
    expect(stdout).toContain(`"Federated":"arn:aws:iam::${account}:oidc-provider/${key}"`);
    expect(stdout).toContain(`{"StringEquals":{"${key}:aud":"${poolId}"}}`);
    expect(stdout).toContain('with AllowClassicFlow false');
    expect(stdout).toContain('"Endpoint": "https://sts.us-east-1.amazonaws.com"');
    expect(stdout).toContain('"GuestScopeDown": "AWS"');
  });

  it('tells apart guests and others at Ceph, and gives the certificate’s thumbprint', async () => {
    const { stdout } = await setup('--target', 'ceph', '--target-endpoint', 'https://ceph.example.test');
    expect(stdout).toMatch(
      /--endpoint-url https:\/\/ceph\.example\.test .* --thumbprint-list [0-9a-f]{40}\n/,
    );
    expect(stdout).toContain(
      `"StringEquals":{"${key}:app_id":"${poolId}"},"ForAnyValue:StringEquals":{"${key}:amr":"unauthenticated"}`,
    );
    expect(stdout).toContain('"RoleArn": "arn:aws:iam:::role/Player"');
    expect(stdout).toContain('"GuestScopeDown": "NONE"');
  });

  it('prints MinIO’s commands', async () => {
    const { stdout } = await setup('--target', 'minio', '--target-endpoint', 'https://minio.example.test');
    expect(stdout).toContain(
      `mc idp openid add ALIAS daypass config_url=https://${key}/.well-known/openid-configuration client_id=${poolId}`,
    );
  });

  it('prints SeaweedFS’s configuration', async () => {
    const { stdout } = await setup('--target', 'seaweedfs', '--target-endpoint', 'https://weed.example.test');
    // Of its condition keys and actions these alone are known there.
    const trust = (amr: string) => ({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'daypass' },
          Action: ['sts:AssumeRoleWithWebIdentity'],
          Condition: { StringEquals: { 'oidc:aud': poolId, 'oidc:amr': amr } },
        },
      ],
    });
    const [, json = ''] = /start SeaweedFS again\n(\{.*?\n\})\n/s.exec(stdout) ?? [];
    expect(JSON.parse(json)).toMatchObject({
      providers: [{ config: { issuer: `https://${key}`, clientId: poolId } }],
      roles: [
        { roleArn: 'arn:aws:iam::role/Player', trustPolicy: trust('authenticated') },
        { roleArn: 'arn:aws:iam::role/Guest', trustPolicy: trust('unauthenticated') },
      ],
    });
  });

  it('changes nothing by printing', async () => {
    const { Settings } = await callDaypass(rig.service, 'GetPoolSettings', { IdentityPoolId: poolId });
    expect(Settings).not.toHaveProperty('Brokers');
  });

  it.each<[string, string[], RegExp]>([
    ['a target it does not know', ['--target', 'gcp'], /'--target <name>' argument 'gcp' is invalid/],
    ['AWS without an account', ['--target', 'aws'], /needs --target-account/],
    ['a store without an address', ['--target', 'ceph'], /needs --target-endpoint/],
    ['a policy that is not there', [...aws(), '--session-policy', '/nowhere'], /cannot be read as JSON/],
    [
      'MinIO without its role',
      ['--target', 'minio', '--target-endpoint', 'https://minio.example.test', '--apply'],
      /needs --target-role-arn/,
    ],
  ])('refuses %s', async (_what, args, line) => {
    const { code, stderr } = await setup(...args);
    expect(stderr).toMatch(line);
    expect(code).toBe(2);
  });
});

describe('daypass broker setup --apply', () => {
  const apply = () =>
    setup(
      ...aws(),
      '--target-endpoint',
      rig.target.url,
      '--session-policy',
      join(folder, 'mine.json'),
      '--apply',
    );

  it('registers everything, so that credentials come from there', async () => {
    const { code, stdout, stderr } = await apply();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `made the provider arn:aws:iam::${account}:oidc-provider/${key}`,
      `made the role arn:aws:iam::${account}:role/Player, without any rights yet`,
      `made the role arn:aws:iam::${account}:role/Guest, without any rights yet`,
      'turned the pool’s basic flow off',
      'brokered the pool’s roles',
      '',
    ]);
    const { IdentityId } = await callCognito(rig.service, 'GetId', { IdentityPoolId: poolId });
    const { Credentials } = await callCognito(rig.service, 'GetCredentialsForIdentity', { IdentityId });
    const { AccessKeyId, SecretKey, SessionToken } = Credentials as Record<string, string>;
    const guest = {
      ...rig.target,
      accessKeyId: AccessKeyId ?? '',
      secretAccessKey: SecretKey ?? '',
      sessionToken: SessionToken ?? '',
    };
    await expect(callIam(guest, 'GetUser', {})).rejects.toThrow(
      `arn:aws:sts::${account}:assumed-role/Guest/CognitoIdentityCredentials is not authorized`,
    );
    const { Settings } = await callDaypass(rig.service, 'GetPoolSettings', { IdentityPoolId: poolId });
    expect(Settings).toMatchObject({
      Brokers: { 'arn:aws:iam::000000000000:role/Player': { SessionPolicy: mine } },
    });
  });

  it('can be run again', async () => {
    const { code, stdout } = await apply();
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `found the provider arn:aws:iam::${account}:oidc-provider/${key}`,
      `changed whom the role arn:aws:iam::${account}:role/Player trusts`,
      `changed whom the role arn:aws:iam::${account}:role/Guest trusts`,
      'brokered the pool’s roles',
      '',
    ]);
  });

  it('needs the operator’s key to the target', async () => {
    delete process.env.DAYPASS_TARGET_SECRET_ACCESS_KEY;
    const { code, stderr } = await apply();
    expect(stderr).toContain('DAYPASS_TARGET_ACCESS_KEY_ID and DAYPASS_TARGET_SECRET_ACCESS_KEY');
    expect(code).toBe(2);
  });
});
