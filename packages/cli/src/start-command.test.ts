import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../bin/daypass.js', import.meta.url));

describe('daypass start', () => {
  let data: string;
  let child: ChildProcess | undefined;
  let stdout: string;
  let stderr: string;

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'daypass-start-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    chmodSync(data, 0o700);
    rmSync(data, { recursive: true, force: true });
  });

  function run(args: readonly string[] = [], environment: Record<string, string> = {}): ChildProcess {
    stdout = '';
    stderr = '';
    child = spawn(process.execPath, [command, 'start', '--port', '0', '--data', data, ...args], {
      env: { PATH: process.env.PATH, ...environment },
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return child;
  }

  async function started(args: readonly string[] = [], environment: Record<string, string> = {}) {
    const running = run(args, environment);
    await Promise.race([
      expect.poll(() => stdout, { timeout: 20_000 }).toMatch(/\n/),
      once(running, 'close').then(() => expect.fail(stderr)),
    ]);
    const [, url = ''] = /^daypass listening on (\S+)$/m.exec(stdout) ?? [];
    return { running, url };
  }

  async function stopped(running: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown> {
    const ended = once(running, 'close');
    running.kill(signal);
    const [code] = await ended;
    return code;
  }

  describe('with a master key that is lost', () => {
    it.each([['a new one'], ['several workers', '--workers', '2']])(
      'and %s ends with code 2 and one line',
      async (_what, ...args) => {
        const { running } = await started();
        expect(await stopped(running)).toBe(0);
        rmSync(join(data, 'master.key'));
        const [code] = await once(run(args), 'close');
        expect(stderr).toMatch(/^daypass: the master key does not open [^\n]*Restore master\.key[^\n]*\.\n$/);
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      },
    );

    it('or is none', async () => {
      const [code] = await once(run([], { DAYPASS_MASTER_KEY: 'abc' }), 'close');
      expect(stderr).toBe('daypass: DAYPASS_MASTER_KEY must hold 32 bytes in base64.\n');
      expect(code).toBe(2);
    });
  });

  it('with a store that cannot be used ends with code 1 and one line, so that a supervisor tries again', async () => {
    writeFileSync(
      join(data, 'daypass.sqlite'),
      'this is no database, and long enough to be sure of it'.repeat(100),
    );
    const [code] = await once(run(), 'close');
    expect(stderr).toMatch(/^daypass: The database [^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('says once where it listens, replaces its workers on SIGHUP, and ends them all with code 0', async () => {
    const { running, url } = await started(['--workers', '2', '--log-level', 'warn']);
    const workers = async (): Promise<string> => {
      const text = await (await fetch(`${url}/_daypass/metrics`)).text();
      return text
        .split('\n')
        .filter((line) => /^daypass_worker_restarts_total/.test(line))
        .join('\n');
    };
    running.kill('SIGHUP');
    await expect
      .poll(workers, { timeout: 20_000 })
      .toMatch(/worker="0",cause="replaced"} 1\n.*worker="1",cause="replaced"} 1$/);
    expect((await fetch(`${url}/_daypass/ready`)).status).toBe(200);
    expect(await stopped(running)).toBe(0);
    expect(stdout.split('\n').length).toBe(2);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('logs lines of JSON with request ids, and never a token or a secret', async () => {
    const { running, url } = await started(['--log-level', 'debug', '--audit', 'stdout']);
    const credentials = readFileSync(join(data, 'credentials'), 'utf8');
    const [, accessKeyId = ''] = /aws_access_key_id = (\S+)/.exec(credentials) ?? [];
    const [, secretAccessKey = ''] = /aws_secret_access_key = (\S+)/.exec(credentials) ?? [];
    const config = { endpoint: url, region: 'us-east-1', maxAttempts: 1 };
    const root = { ...config, credentials: { accessKeyId, secretAccessKey } };
    const anyone = new CognitoIdentityClient(config);
    const { IdentityPoolId = '' } = await new CognitoIdentityClient(root).send(
      new CreateIdentityPoolCommand({ IdentityPoolName: 'p', AllowUnauthenticatedIdentities: true }),
    );
    const { Role } = await new IAMClient(root).send(
      new CreateRoleCommand({
        RoleName: 'Guests',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Federated: 'cognito-identity.amazonaws.com' },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': IdentityPoolId } },
          },
        }),
      }),
    );
    const Roles = { unauthenticated: Role?.Arn ?? '' };
    await new CognitoIdentityClient(root).send(new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles }));
    const { IdentityId = '' } = await anyone.send(new GetIdCommand({ IdentityPoolId }));
    const { Credentials } = await anyone.send(new GetCredentialsForIdentityCommand({ IdentityId }));
    const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
    const refused = new GetIdCommand({ IdentityPoolId, Logins: { 'accounts.google.com': token } });
    await anyone.send(refused).catch(() => {});
    await fetch(`${url}/bucket/key?X-Amz-Signature=presigned&X-Amz-Security-Token=token`);
    await stopped(running);

    const entries = stderr
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    const requests = entries.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'CreateIdentityPool 200',
      'CreateRole 200',
      'SetIdentityPoolRoles 200',
      'GetId 200',
      'GetCredentialsForIdentity 200',
      'GetId 400',
      's3 503',
    ]);
    for (const { requestId } of requests) expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    const [failed] = entries.filter(({ msg }) => msg === 'refused');
    expect(failed).toMatchObject({ operation: 'GetId', code: 'NotAuthorizedException' });
    const secrets = [secretAccessKey, token, 'presigned', Credentials?.SecretKey, Credentials?.SessionToken];
    for (const secret of secrets) {
      expect(secret).toBeTruthy();
      expect(stderr + stdout).not.toContain(secret);
    }
  });
});
