import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAnswers } from './compatibility/check.ts';
import { type Recorder, startRecorder } from './compatibility/recorder.ts';
import { trustPolicy } from './rig/administrator.ts';
import { type DevProcess, startDevProcess } from './rig/daypass-process.ts';

const hasCli = spawnSync('aws', ['--version']).status === 0;
if (!hasCli) console.warn('The AWS CLI is not installed (Debian package awscli): its tests are skipped.');

describe.runIf(hasCli)('the AWS CLI', () => {
  let data: string;
  let dev: DevProcess;
  let recorder: Recorder;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'daypass-cli-'));
    dev = await startDevProcess(data);
    recorder = await startRecorder(dev.url);
  });

  afterAll(async () => {
    await recorder.close();
    await dev.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** Runs a shell line and reads the JSON it prints, if any. */
  async function run(line: string): Promise<Record<string, string>> {
    const { stdout } = await promisify(execFile)('sh', ['-c', line]);
    return stdout === '' ? {} : JSON.parse(stdout);
  }

  const aws = (command: string) =>
    run(
      `AWS_SHARED_CREDENTIALS_FILE='${join(data, 'credentials')}' AWS_ENDPOINT_URL=${recorder.url} AWS_DEFAULT_REGION=us-east-1 aws --output json ${command}`,
    );

  it('lists the pool by the line that daypass dev prints', async () => {
    expect(await run(dev.cliLine)).toEqual({
      IdentityPools: [{ IdentityPoolId: dev.identityPoolId, IdentityPoolName: 'Topping Out' }],
    });
  });

  it('knows who it is', async () => {
    expect(await aws('sts get-caller-identity')).toEqual({
      UserId: '000000000000',
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:root',
    });
  });

  it('shows the pool and its roles', async () => {
    expect(
      await aws(`cognito-identity describe-identity-pool --identity-pool-id ${dev.identityPoolId}`),
    ).toMatchObject({
      IdentityPoolName: 'Topping Out',
      AllowUnauthenticatedIdentities: true,
    });
    expect(await aws('iam get-role --role-name ToppingOutPlayer')).toMatchObject({
      Role: {
        RoleName: 'ToppingOutPlayer',
        AssumeRolePolicyDocument: {
          Statement: [{ Principal: { Federated: 'cognito-identity.amazonaws.com' } }],
        },
      },
    });
  });

  it('exchanges a guest for credentials', async () => {
    const guest = await aws(`cognito-identity get-id --identity-pool-id ${dev.identityPoolId}`);
    expect(guest).toEqual({ IdentityId: expect.stringMatching(/^us-east-1:/) });
    const { IdentityId } = guest;
    expect(
      await aws(`cognito-identity get-credentials-for-identity --identity-id ${IdentityId}`),
    ).toMatchObject({
      IdentityId,
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/) },
    });
  });

  it('makes a pool with a role, and takes a guest through the basic flow', async () => {
    const { IdentityPoolId = '' } = await aws(
      'cognito-identity create-identity-pool --identity-pool-name CLI --allow-unauthenticated-identities --allow-classic-flow',
    );
    const pool = `--identity-pool-id ${IdentityPoolId}`;
    await aws(
      `iam create-role --role-name Visitor --assume-role-policy-document '${trustPolicy(IdentityPoolId, 'unauthenticated')}'`,
    );
    await aws(
      `iam put-role-policy --role-name Visitor --policy-name look --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}'`,
    );
    const role = 'arn:aws:iam::000000000000:role/Visitor';
    await aws(`cognito-identity set-identity-pool-roles ${pool} --roles unauthenticated=${role}`);
    expect(await aws(`cognito-identity get-identity-pool-roles ${pool}`)).toEqual({
      IdentityPoolId,
      Roles: { unauthenticated: role },
    });

    const { IdentityId } = await aws(`cognito-identity get-id ${pool}`);
    const { Token } = await aws(`cognito-identity get-open-id-token --identity-id ${IdentityId}`);
    expect(
      await aws(
        `sts assume-role-with-web-identity --role-arn ${role} --role-session-name cli --web-identity-token ${Token}`,
      ),
    ).toMatchObject({
      SubjectFromWebIdentityToken: IdentityId,
      AssumedRoleUser: { Arn: 'arn:aws:sts::000000000000:assumed-role/Visitor/cli' },
    });
    await aws(`cognito-identity delete-identity-pool ${pool}`);
  }, 120_000);

  it('prints a refusal as it prints those of AWS', async () => {
    await expect(aws('iam get-role --role-name Absent')).rejects.toMatchObject({
      stderr: expect.stringContaining(
        'An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name Absent cannot be found.',
      ),
    });
  });

  it('is answered as the compatibility page says', () => {
    checkAnswers('aws-cli', recorder.calls);
  });
});
