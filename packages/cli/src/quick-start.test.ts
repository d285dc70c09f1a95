import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { visit } from './session/testing.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const hasAws = spawnSync('aws', ['--version']).status === 0;
if (!hasAws) console.warn('the AWS CLI is not on this machine: the quick start is not followed.');

/** The fenced blocks of a page: what stands behind the fence, and the text. */
function blocks(markdown: string): { info: string; text: string }[] {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = '', text = '']) => ({
    info,
    text,
  }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-quick-start-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe.skipIf(!hasAws)('docs/quick-start.md', () => {
  it('leads from a clone to credentials by its own commands', { timeout: 120_000 }, async () => {
    const [ports, page] = await Promise.all([
      Promise.all([freePort(), freePort()]),
      readFile(join(repository, 'docs/quick-start.md'), 'utf8'),
    ]);
    const [servicePort, providerPort] = ports;
    const here = (text: string) =>
      text.replaceAll('4100', `${servicePort}`).replaceAll('4200', `${providerPort}`);
    const [clone, ...steps] = blocks(page);
    expect(clone?.text).toMatch(/^git clone .*\ncd daypass\nnpm ci\n$/);

    // What the first block gives: the packages. Nothing else of the repository is needed.
    await symlink(join(repository, 'node_modules'), join(directory, 'node_modules'));
    await mkdir(join(directory, 'bin'));
    await writeFile(join(directory, 'bin', 'xdg-open'), '#!/bin/sh\n');
    await chmod(join(directory, 'bin', 'xdg-open'), 0o755);
    const commands = ['set -e'];
    for (const { info, text } of steps) {
      const [language, file] = info.split(' ');
      if (language === 'sh') commands.push(here(text));
      else if (file !== undefined) await writeFile(join(directory, file), here(text));
    }

    const output = { stdout: '', stderr: '' };
    const shell = spawn('bash', ['--norc', '-c', commands.join('\n')], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        PATH: `${join(directory, 'bin')}:${join(repository, 'node_modules/.bin')}:${process.env.PATH}`,
        HOME: directory,
        DAYPASS_PORT: `${servicePort}`,
        AWS_ENDPOINT_URL: `http://127.0.0.1:${servicePort}`,
        npm_config_offline: 'true',
      },
    });
    // Also what the page leaves running in the background.
    onTestFinished(() => {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGTERM');
    });
    shell.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk;
    });
    let signIn: Promise<unknown> | undefined;
    shell.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk;
      const [, url] = /Sign in at\n(http:\S+)\n/.exec(output.stderr) ?? [];
      if (url !== undefined) signIn ??= visit(url, { login: 'ada', password: 'any' });
    });
    const [code] = await once(shell, 'exit');
    await signIn;
    expect(code, output.stderr + output.stdout).toBe(0);

    const arns = output.stdout.match(
      /"Arn": "arn:aws:sts::000000000000:assumed-role\/pool-SignedIn-\w+\/[^"]+"/g,
    );
    expect(arns, output.stdout).toHaveLength(2);
    expect(output.stdout).toContain('+ create  Pool      AWS::Cognito::IdentityPool');
    expect(output.stdout).toContain('is reached');
    expect(output.stdout).toMatch(/Signed in as us-east-1:/);
  });
});
