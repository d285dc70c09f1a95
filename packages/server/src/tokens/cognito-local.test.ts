import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signIn, signOut } from 'aws-amplify/auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { pool } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const issuerDomain = 'cognito-idp.us-east-1.amazonaws.com';
const username = 'alice@example.test';
const password = 'Correct-Horse-1';

let folder: string;
let userPools: ChildProcess;
let endpoint: string;
let userPoolId: string;
let userPoolClientId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daypass-user-pool-'));
  await mkdir(join(folder, '.cognito'));
  const config = { TokenConfig: { IssuerDomain: `https://${issuerDomain}` } };
  await writeFile(join(folder, '.cognito/config.json'), JSON.stringify(config));
  const start = fileURLToPath(new URL('bin/start.js', import.meta.resolve('cognito-local')));
  userPools = spawn(process.execPath, [start], {
    cwd: folder,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endpoint = await addressOf(userPools);
  const { UserPool } = await call('CreateUserPool', { PoolName: 'players' });
  userPoolId = UserPool.Id;
  const { UserPoolClient } = await call('CreateUserPoolClient', {
    UserPoolId: userPoolId,
    ClientName: 'game',
  });
  userPoolClientId = UserPoolClient.ClientId;
  const user = { UserPoolId: userPoolId, Username: username };
  const attributes = [{ Name: 'email', Value: username }];
  await call('AdminCreateUser', { ...user, UserAttributes: attributes, MessageAction: 'SUPPRESS' });
  await call('AdminSetUserPassword', { ...user, Password: password, Permanent: true });
});

afterAll(async () => {
  userPools.kill();
  await rm(folder, { recursive: true });
});

async function addressOf(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('the output of cognito-local is not read');
  for await (const line of createInterface(server.stdout)) {
    const address = /running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error('cognito-local did not start');
}

interface Created {
  readonly UserPool: { readonly Id: string };
  readonly UserPoolClient: { readonly ClientId: string };
}

async function call(operation: string, input: object): Promise<Created> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  return (await response.json()) as Created;
}

it('proves a user who signed in to a user pool with Amplify, by the id token alone', async () => {
  Amplify.configure({ Auth: { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint: endpoint } } });
  await signIn({ username, password, options: { authFlowType: 'USER_PASSWORD_AUTH' } });
  const { tokens } = await fetchAuthSession();
  await signOut();

  const key = `${issuerDomain}/${userPoolId}`;
  const providers = pool({
    cognitoIdentityProviders: [
      { providerName: key, clientId: userPoolClientId, serverSideTokenCheck: false },
    ],
  });
  const verifier = createTokenVerifier({
    clock: systemClock,
    overrides: new Map([[key, new URL(userPoolId, endpoint)]]),
  });
  await expect(verifier.verify(key, String(tokens?.idToken), providers)).resolves.toMatchObject({
    provider: key,
    subject: tokens?.idToken?.payload.sub,
    audience: userPoolClientId,
    claims: { email: username },
  });
  await expect(verifier.verify(key, String(tokens?.accessToken), providers)).rejects.toMatchObject({
    message: 'Invalid login token. Missing a required claim: aud',
  });
  verifier.close();
});
