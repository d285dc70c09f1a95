import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readCredentials } from './node-process.ts';

/** `daypass dev` as a process of its own, in a data directory that outlives it. */
export interface DevProcess {
  readonly url: string;
  readonly gameUrl: string;
  readonly providerUrl: string;
  readonly identityPoolId: string;
  readonly rootCredentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The line for the AWS CLI that it printed. */
  readonly cliLine: string;
  /** Ends it as a user would, and gives the exit code. */
  stop(): Promise<number | null>;
  /** Ends it without any warning. */
  kill(): Promise<void>;
}

const launcher = new URL('../../packages/cli/bin/daypass.js', import.meta.url).pathname;

/** Starts it on free ports and resolves when it has printed its addresses. */
export async function startDevProcess(data: string): Promise<DevProcess> {
  const ports = ['--port', '0', '--game-port', '0', '--oidc-port', '0'];
  const child = spawn(process.execPath, [launcher, 'dev', '--data', data, ...ports], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const announcement = await announced(child);
  const address = (label: string): string => {
    const [, url] = new RegExp(`${label}\\s+(http\\S+)`).exec(announcement) ?? [];
    if (url === undefined) throw new Error(`no address of ${label} in: ${announcement}`);
    return url;
  };
  const gameUrl = address('Game');
  const configuration = await fetch(new URL('/config.json', gameUrl));
  const { identityPoolId }: { identityPoolId: string } = JSON.parse(await configuration.text());
  const ended = once(child, 'exit');
  return {
    url: address('Service'),
    gameUrl,
    providerUrl: address('OpenID provider'),
    identityPoolId,
    rootCredentials: readCredentials(join(data, 'credentials')),
    cliLine: /^\s*(AWS_.*)$/m.exec(announcement)?.[1] ?? '',
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function announced(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (/Ctrl-C/.test(stdout)) resolve(stdout);
    });
    child.once('exit', (code) => reject(new Error(`daypass dev ended with ${code}: ${stderr}`)));
  });
}
