import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoint } from './administrator.ts';

/** `daypass start` as a process of its own. */
export interface NodeProcess extends Endpoint {
  /** The lines of its log so far, each JSON. */
  readonly log: readonly string[];
  /** What it holds once its garbage is collected. */
  memory(): Promise<Memory>;
  /** The exit code or signal with which it ended; undefined while it lives. */
  ended(): number | NodeJS.Signals | undefined;
  /** Tells it to finish, and gives the exit code or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>;
}

export interface Memory {
  /** Bytes on the heap and of buffers outside of it. */
  readonly used: number;
  /** Bytes, the most that the process has ever had in memory. */
  readonly peak: number;
  readonly openFiles: number;
}

export interface NodeProcessOptions {
  readonly data: string;
  /** Of `daypass start`, besides a free port. */
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const launcher = join(import.meta.dirname, '../../packages/cli/bin/daypass.js');
const reporter = join(import.meta.dirname, 'memory-report.fixture.ts');

/** Starts a node and resolves when it serves; throws with its last words when it does not start. */
export async function startNodeProcess(start: NodeProcessOptions): Promise<NodeProcess> {
  const { data, options = [], environment = {} } = start;
  const node = ['--expose-gc', '--import', reporter];
  const common = ['--port', '0', '--data', data, '--log-level', 'warn'];
  const child = spawn(process.execPath, [...node, launcher, 'start', ...common, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...environment },
  });
  let end: number | NodeJS.Signals | undefined;
  const exited = once(child, 'close').then(([code, signal]) => {
    end = code ?? signal;
    return code ?? signal;
  });
  const log: string[] = [];
  const reports = new EventEmitter();
  createInterface(child.stderr).on('line', (line) => {
    if (line.startsWith('{"memory":')) reports.emit('memory', JSON.parse(line).memory);
    else log.push(line);
  });
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(String),
    exited.then(() => {
      throw new Error(log.join('\n'));
    }),
  ]);
  return {
    url: line.split(' ').at(-1) ?? '',
    rootCredentials: readCredentials(join(data, 'credentials')),
    log,
    async memory() {
      const reported = once(reports, 'memory');
      child.kill('SIGUSR2');
      return (await reported)[0];
    },
    ended: () => end,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** The root key that a node has written to its data directory. */
export function readCredentials(file: string): Endpoint['rootCredentials'] {
  const text = readFileSync(file, 'utf8');
  const value = (name: string): string => new RegExp(`${name} = (\\S+)`).exec(text)?.[1] ?? '';
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
}
