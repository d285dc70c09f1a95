import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daypass, type DaypassOptions, startDaypass } from '@daypass/server';
import { main } from '../main.ts';
import { starterTemplate } from '../template/starter.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, without a terminal, and returns what it wrote; `told` hears stderr as it comes. */
export async function daypass(
  args: readonly string[],
  told: (text: string) => void = () => undefined,
): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const stdout = process.stdout.write;
  const stderr = process.stderr.write;
  process.stdout.write = (chunk: string | Uint8Array) => {
    written.stdout += String(chunk);
    return true;
  };
  process.stderr.write = (chunk: string | Uint8Array) => {
    written.stderr += String(chunk);
    told(String(chunk));
    return true;
  };
  try {
    await main(args);
    return { code: Number(process.exitCode ?? 0), ...written };
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    process.exitCode = undefined;
  }
}

/** A service in memory; commands find it and its root key in the environment. */
export async function serveForCommands(options: DaypassOptions = {}): Promise<Daypass> {
  const service = await startDaypass({ port: 0, logLevel: 'silent', ...options });
  process.env.AWS_ENDPOINT_URL = service.url;
  process.env.AWS_ACCESS_KEY_ID = service.rootCredentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = service.rootCredentials.secretAccessKey;
  return service;
}

/** A pool whose people sign in at `issuer`, and whose guests may come in; returns its id. */
export async function makePool(issuer: string, clientId: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'daypass-pool-'));
  const file = join(directory, 'pool.yaml');
  await writeFile(
    file,
    starterTemplate({ pool: 'players', issuer, clientId, guests: true, bucket: 'saves' }),
  );
  const { stdout } = await daypass(['apply', file, '--yes', '--json']);
  await rm(directory, { recursive: true, force: true });
  return JSON.parse(stdout).Outputs.PoolId;
}
