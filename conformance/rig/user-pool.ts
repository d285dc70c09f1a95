import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A user pool of cognito-local with one app client. */
export interface UserPool {
  readonly endpoint: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  /** Its login key, and the URL of what AWS serves below it: a provider override. */
  readonly key: string;
  readonly url: string;
  /** Makes a user who may sign in at once; the name is an e-mail address. */
  createUser(username: string, password: string): Promise<void>;
  close(): Promise<void>;
}

const issuerDomain = 'cognito-idp.us-east-1.amazonaws.com';

export async function startUserPool(): Promise<UserPool> {
  const folder = await mkdtemp(join(tmpdir(), 'daypass-user-pool-'));
  await mkdir(join(folder, '.cognito'));
  // Tokens say what AWS's would, whatever port they come from.
  const config = { TokenConfig: { IssuerDomain: `https://${issuerDomain}` } };
  await writeFile(join(folder, '.cognito/config.json'), JSON.stringify(config));
  const start = fileURLToPath(new URL('bin/start.js', import.meta.resolve('cognito-local')));
  const server = spawn(process.execPath, [start], {
    cwd: folder,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endpoint = await addressOf(server);

  async function call<Answer>(operation: string, input: object): Promise<Answer> {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const answer: Answer = JSON.parse(await response.text());
    if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
    return answer;
  }

  const { UserPool } = await call<{ UserPool: { Id: string } }>('CreateUserPool', { PoolName: 'players' });
  const client = { UserPoolId: UserPool.Id, ClientName: 'game' };
  const { UserPoolClient } = await call<{ UserPoolClient: { ClientId: string } }>(
    'CreateUserPoolClient',
    client,
  );
  return {
    endpoint,
    userPoolId: UserPool.Id,
    userPoolClientId: UserPoolClient.ClientId,
    key: `${issuerDomain}/${UserPool.Id}`,
    url: `${endpoint}/${UserPool.Id}`,
    async createUser(username, password) {
      const user = { UserPoolId: UserPool.Id, Username: username };
      await call('AdminCreateUser', { ...user, MessageAction: 'SUPPRESS' });
      await call('AdminSetUserPassword', { ...user, Password: password, Permanent: true });
    },
    async close() {
      server.kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function addressOf(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('the output of cognito-local is not read');
  for await (const line of createInterface(server.stdout)) {
    const address = /running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error('cognito-local did not start');
}
