import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoint } from './administrator.ts';

/** `daypass start` as a process of its own. */
export interface NodeProcess extends Endpoint {
  readonly pid: number;
  /** The lines of its log so far, each JSON. */
  readonly log: readonly string[];
  /** The exit code or signal with which it ended; undefined while it lives. */
  ended(): number | NodeJS.Signals | undefined;
  /** Tells it to finish, and gives the exit code or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>;
}

export interface NodeProcessOptions {
  readonly data: string;
  /** Of `daypass start`, besides a free port. */
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[];
  /** A program that starts it in its stead, with its own arguments. */
  readonly wrapper?: readonly string[];
}

const launcher = join(import.meta.dirname, '../../packages/cli/bin/daypass.js');

/** Starts a node and resolves when it serves; throws with its last words when it does not start. */
export async function startNodeProcess(start: NodeProcessOptions): Promise<NodeProcess> {
  const { data, options = [], environment = {}, nodeOptions = [], wrapper = [] } = start;
  const [program = '', ...args] = [
    ...wrapper,
    process.execPath,
    ...nodeOptions,
    launcher,
    'start',
    ...['--port', '0', '--data', data, '--log-level', 'warn'],
    ...options,
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...environment },
  });
  let end: number | NodeJS.Signals | undefined;
  const exited = once(child, 'close').then(([code, signal]) => {
    end = code ?? signal;
    return code ?? signal;
  });
  const log: string[] = [];
  createInterface(child.stderr).on('line', (line) => log.push(line));
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(String),
    exited.then(() => {
      throw new Error(log.join('\n'));
    }),
  ]);
  return {
    url: line.split(' ').at(-1) ?? '',
    rootCredentials: readCredentials(join(data, 'credentials')),
    pid: child.pid ?? 0,
    log,
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
