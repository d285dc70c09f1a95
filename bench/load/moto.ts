import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { region } from './pool.ts';

/** moto's server (`pip install 'moto[server]'`) on the core that servers get, with a pool and an identity in it. */
export interface Moto {
  readonly url: string;
  readonly poolId: string;
  readonly identityId: string;
  stop(): Promise<void>;
}

export function isMotoInstalled(): boolean {
  return spawnSync('moto_server', ['--help']).status === 0;
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn('taskset', ['-c', '0', 'moto_server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  try {
    await answers(url, child);
    const cognito = new CognitoIdentity({
      endpoint: url,
      region,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    const { IdentityPoolId = '' } = await cognito.createIdentityPool({
      IdentityPoolName: 'bench',
      AllowUnauthenticatedIdentities: true,
    });
    const { IdentityId = '' } = await cognito.getId({ IdentityPoolId });
    return { url, poolId: IdentityPoolId, identityId: IdentityId, stop: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isUp = await fetch(`${url}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error(`moto_server ended with ${child.exitCode}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
