import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../bin/daypass.js', import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-cli-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, args, { cwd: directory, env: { PATH: process.env.PATH, ...environment } });
}

async function run(args: readonly string[], environment?: Record<string, string>): Promise<Run> {
  const child = start(args, environment);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    output.stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output.stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

describe('a bad option', () => {
  const s3 = ['--s3-backend', 'http://127.0.0.1:9000'];
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['of start', ['start', '--port', 'x'], {}, /'--port <number>' argument 'x' is invalid/],
    ['of dev', ['dev', '--game-port', '70000'], {}, /'--game-port <number>' argument '70000' is invalid/],
    [
      'from the environment',
      ['start'],
      { DAYPASS_PORT: 'x' },
      /value 'x' from env 'DAYPASS_PORT' is invalid/,
    ],
    ['that does not exist', ['start', '--prot', '1'], {}, /unknown option '--prot'/],
    ['without its value', ['start', '--data'], {}, /'--data <directory>' argument missing/],
    ['that is a plain word', ['start', 'now'], {}, /too many arguments/],
    ['in place of a command', ['serve'], {}, /unknown command 'serve'/],
    [
      'for a backend without its key',
      ['start', ...s3],
      {},
      /needs the environment variable DAYPASS_S3_ACCESS_KEY_ID/,
    ],
    [
      'for a backend with half its key',
      ['start', ...s3],
      { DAYPASS_S3_ACCESS_KEY_ID: 'AKIA' },
      /needs the environment variable DAYPASS_S3_SECRET_ACCESS_KEY/,
    ],
    [
      'for a console whose administrators nobody could tell',
      ['start', '--console-oidc-issuer', 'https://a.test', '--console-oidc-client-id', 'console'],
      {},
      /--console-oidc-issuer needs --console-oidc-client-id and --console-admin-claim/,
    ],
    [
      'for a console that nobody signs in to',
      ['start', '--console-admin-claim', 'groups=admins'],
      {},
      /needs --console-oidc-issuer/,
    ],
    [
      'for an issuer that is not https',
      ['start', '--console-oidc-issuer', 'http://127.0.0.1'],
      {},
      /An issuer is an https URL/,
    ],
  ])('%s ends with code 2 and one line', async (_which, args, environment, line) => {
    const { code, stdout, stderr } = await run([command, ...args], environment);
    expect(stderr).toMatch(line);
    expect(stderr).toMatch(/^daypass: [^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('or a port that is taken ends with code 2 and one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run([
      command,
      'start',
      '--port',
      `${port}`,
      '--data',
      join(directory, 'taken'),
    ]);
    other.close();
    expect(stderr).toBe(`daypass: port ${port} of 127.0.0.1 is taken; choose another with --port.\n`);
    expect(code).toBe(2);
  });
});

describe('daypass --help', () => {
  it('names the commands and ends with code 0', async () => {
    const { code, stdout, stderr } = await run([command, '--help']);
    expect(stdout).toMatch(/start .*\n.*dev /);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('a Node that is too old', () => {
  it('is told so in one line', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });`;
    const { code, stderr } = await run(['--import', `data:text/javascript,${old}`, command, 'start']);
    expect(stderr).toMatch(/^daypass needs Node 24 or newer; this is Node 20\.20\.2 \(.*\)\.\n$/);
    expect(code).toBe(1);
  });
});

describe('daypass start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where it listens, and ends with code 0 on %s',
    async (signal) => {
      const child = start([command, 'start', '--port', '0', '--data', join(directory, signal)]);
      let stdout = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        stdout += chunk;
      });
      await Promise.race([child.stdout && once(child.stdout, 'data'), once(child, 'close')]);
      const [, url] = /^daypass listening on (http:\/\/127\.0\.0\.1:[1-9]\d*)\n$/.exec(stdout) ?? [];
      const health = await fetch(`${url}/_daypass/health`);
      expect(health.status).toBe(200);
      await health.arrayBuffer();
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number | null];
      expect({ code, lines: stdout.split('\n').length - 1 }).toEqual({ code: 0, lines: 1 });
    },
  );
});
