import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  GetIdCommand,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { callDaypass } from '../../conformance/rig/daypass-api.ts';
import { headersOf, region } from './pool.ts';
import { type ServerProcess, startServer } from './process.ts';
import type { Load } from './wrk.ts';

const launcher = new URL('../../packages/cli/bin/daypass.js', import.meta.url).pathname;

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Service {
  readonly process: ServerProcess;
  readonly url: string;
  readonly rootCredentials: Key;
}

export async function startService(data: string, options: readonly string[]): Promise<Service> {
  const process = await startServer(launcher, ['start', '--port', '0', '--data', data, ...options], {
    DAYPASS_LOG_LEVEL: 'warn',
  });
  const file = readFileSync(join(data, 'credentials'), 'utf8');
  const value = (name: string) => new RegExp(`${name} = (\\S+)`).exec(file)?.[1] ?? '';
  const rootCredentials = {
    accessKeyId: value('aws_access_key_id'),
    secretAccessKey: value('aws_secret_access_key'),
  };
  return { process, url: process.url, rootCredentials };
}

/** A guest of a pool whose role's credentials a foreign STS gives. */
export interface BrokeredGuest {
  /** Sends the broker to the STS by another address. */
  brokerAt(endpoint: string): Promise<unknown>;
  /** The guest's request for credentials. */
  readonly request: Pick<Load, 'url' | 'headers' | 'bodies'>;
}

/** Makes such a pool and registers it with the STS; `target` as `daypass broker setup` takes it. The cache is off. */
export async function brokeredGuest(
  here: Service,
  sts: string,
  target: readonly string[],
  key: Key,
): Promise<BrokeredGuest> {
  const { poolId, role } = await makePool(here);
  await promisify(execFile)(
    process.execPath,
    [launcher, 'broker', 'setup', '--pool', poolId, ...target, '--target-endpoint', sts, '--apply'],
    {
      env: {
        AWS_ENDPOINT_URL: here.url,
        AWS_ACCESS_KEY_ID: here.rootCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: here.rootCredentials.secretAccessKey,
        DAYPASS_TARGET_ACCESS_KEY_ID: key.accessKeyId,
        DAYPASS_TARGET_SECRET_ACCESS_KEY: key.secretAccessKey,
      },
    },
  );
  const { Settings } = await callDaypass(here, 'GetPoolSettings', { IdentityPoolId: poolId });
  const { Brokers } = Settings as { Brokers: Record<string, object> };
  const user = new CognitoIdentityClient({ endpoint: here.url, region });
  const { IdentityId = '' } = await user.send(new GetIdCommand({ IdentityPoolId: poolId }));
  return {
    brokerAt: (Endpoint) =>
      callDaypass(here, 'SetPoolSettings', {
        IdentityPoolId: poolId,
        Settings: {
          GuestScopeDown: 'NONE',
          Brokers: { [role]: { ...Brokers[role], Endpoint, Cache: false } },
        },
      }),
    request: {
      url: here.url,
      headers: headersOf('GetCredentialsForIdentity'),
      bodies: [JSON.stringify({ IdentityId })],
    },
  };
}

async function makePool(here: Service): Promise<{ poolId: string; role: string }> {
  const config = { endpoint: here.url, region, credentials: here.rootCredentials };
  const cognito = new CognitoIdentityClient(config);
  const { IdentityPoolId = '' } = await cognito.send(
    new CreateIdentityPoolCommand({ IdentityPoolName: 'bench', AllowUnauthenticatedIdentities: true }),
  );
  const provider = 'cognito-identity.amazonaws.com';
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${provider}:aud`]: IdentityPoolId },
        'ForAnyValue:StringLike': { [`${provider}:amr`]: 'unauthenticated' },
      },
    },
  };
  const { Role } = await new IAMClient(config).send(
    new CreateRoleCommand({ RoleName: 'Guest', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const role = Role?.Arn ?? '';
  await cognito.send(new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles: { unauthenticated: role } }));
  return { poolId: IdentityPoolId, role };
}

/** Passes requests on, remembers the last one's body and how many there were at one time. */
export async function startRelay(target: string) {
  let now = 0;
  let most = 0;
  let captured = '';
  const server = createServer((incoming, response) => {
    most = Math.max(most, ++now);
    response.once('close', () => now--);
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      captured = Buffer.concat(chunks).toString();
      const headers = { 'content-type': incoming.headers['content-type'] };
      const onward = request(target, { method: 'POST', headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500);
        answer.pipe(response);
      });
      onward.once('error', () => response.destroy());
      onward.end(captured);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    captured: () => captured,
    most: () => most,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
