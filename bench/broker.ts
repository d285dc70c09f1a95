import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { isCephInstalled, startCeph } from '../conformance/rig/ceph.ts';
import { callDaypass } from '../conformance/rig/daypass-api.ts';
import { type ServerProcess, startServer } from './load/process.ts';
import { type Load, load } from './load/wrk.ts';

const launcher = new URL('../packages/cli/bin/daypass.js', import.meta.url).pathname;
const region = 'us-east-1';
const issuer = 'pools.bench.test';
const seconds = 15;
/** What the brokers promise, calls at one STS at one time, and a load that would be more. */
const mostInFlight = 32;
const manyConnections = 100;

/**
 * GetCredentialsForIdentity of a brokered role beside the foreign AssumeRoleWithWebIdentity alone, one request after the
 * other, with another Daypass and, where it is installed, with Ceph as the foreign STS; the cache is off. Then the calls
 * that reach the STS at one time under many connections.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  try {
    await besideDaypass(folder);
    if (isCephInstalled()) await besideCeph(folder);
    else console.log('Ceph is not installed, and not measured.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function besideDaypass(folder: string): Promise<void> {
  const here = await startDaypass(join(folder, 'here'), ['--public-url', `https://${issuer}`]);
  try {
    const account = '111122223333';
    const options = ['--account', account, '--provider-override', `${issuer}=${here.url}`];
    const there = await startDaypass(join(folder, 'there'), options);
    try {
      const target = ['--target', 'aws', '--target-account', account];
      await measure('Daypass', here, there.url, target, there.rootCredentials);
    } finally {
      await there.process.stop();
    }
  } finally {
    await here.process.stop();
  }
}

async function besideCeph(folder: string): Promise<void> {
  const ceph = await startCeph();
  try {
    const here = await startDaypass(join(folder, 'here-for-ceph'), []);
    try {
      await measure('Ceph', here, ceph.url, ['--target', 'ceph'], ceph.administrator);
    } finally {
      await here.process.stop();
    }
  } finally {
    await ceph.stop();
  }
}

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Service {
  readonly process: ServerProcess;
  readonly url: string;
  readonly rootCredentials: Key;
}

async function startDaypass(data: string, options: readonly string[]): Promise<Service> {
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

async function measure(name: string, here: Service, sts: string, target: string[], key: Key): Promise<void> {
  const user = new CognitoIdentityClient({ endpoint: here.url, region });
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
  const brokerAt = (Endpoint: string) =>
    callDaypass(here, 'SetPoolSettings', {
      IdentityPoolId: poolId,
      Settings: {
        GuestScopeDown: 'NONE',
        Brokers: { [role]: { ...Brokers[role], Endpoint, Cache: false } },
      },
    });

  // A relay sees what the broker sends, so that the same can be sent without it, and counts.
  const relay = await startRelay(sts);
  await brokerAt(relay.url);
  const { IdentityId = '' } = await user.send(new GetIdCommand({ IdentityPoolId: poolId }));
  await user.send(new GetCredentialsForIdentityCommand({ IdentityId }));
  const throughBroker = {
    url: here.url,
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSCognitoIdentityService.GetCredentialsForIdentity',
    },
    bodies: [JSON.stringify({ IdentityId })],
  };
  const before = here.process.processorTime();
  const { requests } = await load({ ...throughBroker, connections: manyConnections, seconds: seconds / 3 });
  const processor = (here.process.processorTime() - before) / requests;
  relay.close();

  await brokerAt(sts);
  const alone = {
    url: sts,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    bodies: [relay.captured()],
  };
  const foreign: number[] = [];
  const brokered: number[] = [];
  // In turn, so that whatever else the machine does disturbs both alike.
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    foreign.push(await timed(alone));
    brokered.push(await timed(throughBroker));
  }
  console.log(
    `${name.padEnd(8)} foreign call p50 ${median(foreign).toFixed(2)} ms   the broker adds ${(median(brokered) - median(foreign)).toFixed(2)} ms (goal 1.00), ${processor.toFixed(0)} µs processor   at most ${relay.most()} calls at one time (limit ${mostInFlight})`,
  );
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
async function startRelay(target: string) {
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

/** Milliseconds until the whole answer is there. */
async function timed({ url, headers, bodies }: Pick<Load, 'url' | 'headers' | 'bodies'>): Promise<number> {
  const [body = ''] = bodies;
  const start = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
