import { execFile, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Three PostgreSQL servers, of which the leader replicates synchronously to another, and one address that leads to it. */
export interface Patroni {
  /** Whoever leads. */
  readonly url: string;
  /** SIGKILL to the server that leads and to what watches over it; its name is returned. */
  killLeader(): Promise<string>;
  /** Starts the servers that are down. */
  revive(): Promise<void>;
  /** Whether all three are there, and one follows the leader synchronously. */
  isSettled(): Promise<boolean>;
  /** Whether there is a leader that acknowledges writes. */
  takesWrites(): Promise<boolean>;
  stop(): Promise<void>;
}

const script = join(import.meta.dirname, 'patroni.sh');

/** Why there can be no such cluster on this machine; undefined once there can. Installs it where that is possible. */
export function patroniObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may start it, as the user postgres';
  if (spawnSync(script, ['installed']).status === 0) return undefined;
  if (!existsSync('/usr/bin/apt-get')) return 'it is not installed, and there is no apt-get';
  const { status, stderr } = spawnSync(script, ['install'], { encoding: 'utf8', timeout: 300_000 });
  return status === 0 ? undefined : `apt-get does not install it: ${stderr.trim().split('\n').at(-1)}`;
}

export async function startPatroni(): Promise<Patroni> {
  const directory = await mkdtemp(join(tmpdir(), 'daypass-patroni-'));
  const port = await freePorts(9);
  const run = (command: string, ...more: readonly string[]) =>
    promisify(execFile)(script, [command, directory, ...more]);
  const succeeds = (command: string) =>
    run(command).then(
      () => true,
      () => false,
    );
  const stop = async () => {
    await run('stop');
    await rm(directory, { recursive: true });
  };
  try {
    await run('start', String(port));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    killLeader: async () => (await run('kill')).stdout.trim(),
    revive: async () => void (await run('revive')),
    isSettled: () => succeeds('settled'),
    takesWrites: () => succeeds('takes-writes'),
    stop,
  };
}

/**
 * The first of so many free ports in a row, below those that the system gives to outgoing connections: one of these
 * must not get the port of a server that is down for a while.
 */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(20_000, 32_000);
    const free = await Promise.all(Array.from({ length: count }, (_, n) => isFree(first + n)));
    if (free.every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
