import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass, serveForCommands } from './testing.ts';

const command = fileURLToPath(new URL('../../bin/daypass.js', import.meta.url));
let directory: string;
let service: Daypass;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-init-'));
  service = await serveForCommands();
});

afterAll(async () => {
  await service.close();
  await rm(directory, { recursive: true, force: true });
});

async function init(file: string, answers: readonly string[]) {
  const child = spawn(process.execPath, [command, 'init', file], { cwd: directory });
  child.stdin.end(answers.map((answer) => `${answer}\n`).join(''));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

describe('daypass init', () => {
  it('asks five questions and writes a template that applies', async () => {
    const { code, stdout, stderr } = await init('own.yaml', [
      'my players',
      'https://id.example.test/tenant',
      "o'clock",
      'yes',
      'my-saves',
    ]);
    expect(stderr.match(/\? \[/g)).toHaveLength(5);
    expect(stdout).toBe('own.yaml is written. Next: daypass apply own.yaml\n');
    expect(code).toBe(0);
    const applied = await daypass(['apply', join(directory, 'own.yaml'), '--yes', '--json']);
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const { Resources } = JSON.parse((await daypass(['export', '--stack', 'own', '--json'])).stdout);
    expect(Resources).toMatchObject({
      Provider: { Properties: { Url: 'https://id.example.test/tenant', ClientIdList: ["o'clock"] } },
      Pool: { Properties: { IdentityPoolName: 'my players', AllowUnauthenticatedIdentities: true } },
      Roles: { Properties: { Roles: { unauthenticated: { 'Fn::GetAtt': ['Guest', 'Arn'] } } } },
    });
  });

  it('takes empty answers for its own, and lets no guest in', async () => {
    expect(await init('plain.yaml', ['', '', '', '', ''])).toMatchObject({ code: 0 });
    const template = await readFile(join(directory, 'plain.yaml'), 'utf8');
    expect(template).toContain('AllowUnauthenticatedIdentities: false');
    expect(template).not.toContain('Guest');
  });

  it.each<[string, string[], RegExp]>([
    [
      'an issuer without TLS',
      ['', 'http://id.example.test'],
      /'http:\/\/id\.example\.test' is no answer to: /,
    ],
    ['answers that end', ['players'], /the questions have not been answered/],
  ])('refuses %s', async (_what, answers, line) => {
    const { code, stderr } = await init('refused.yaml', answers);
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  });

  it('never writes over a file', async () => {
    await init('once.yaml', ['', '', '', '', '']);
    const { code, stderr } = await init('once.yaml', ['', '', '', '', '']);
    expect(stderr).toMatch(/once\.yaml cannot be written/);
    expect(code).toBe(1);
  });
});
