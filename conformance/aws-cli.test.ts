import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DevProcess, startDevProcess } from './rig/daypass-process.ts';

const hasCli = spawnSync('aws', ['--version']).status === 0;
if (!hasCli) console.warn('The AWS CLI is not installed (Debian package awscli): its tests are skipped.');

describe.runIf(hasCli)('the AWS CLI', () => {
  let data: string;
  let dev: DevProcess;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'daypass-cli-'));
    dev = await startDevProcess(data);
  });

  afterAll(async () => {
    await dev.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** Runs a shell line and reads the JSON it prints. */
  async function run(line: string): Promise<unknown> {
    const { stdout } = await promisify(execFile)('sh', ['-c', line]);
    return JSON.parse(stdout);
  }

  const aws = (command: string) =>
    run(
      `AWS_SHARED_CREDENTIALS_FILE='${join(data, 'credentials')}' AWS_ENDPOINT_URL=${dev.url} AWS_DEFAULT_REGION=us-east-1 aws --output json ${command}`,
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
    const { IdentityId } = guest as { IdentityId: string };
    expect(
      await aws(`cognito-identity get-credentials-for-identity --identity-id ${IdentityId}`),
    ).toMatchObject({
      IdentityId,
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/) },
    });
  });
});
