import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { daypass, makePool, serveForCommands } from './testing.ts';

const command = fileURLToPath(new URL('../../bin/daypass.js', import.meta.url));

describe('daypass audit', () => {
  let service: Daypass;
  let pool: string;

  beforeAll(async () => {
    service = await serveForCommands();
    pool = await makePool('https://login.example.test', 'game');
    await refuse('login.example.test');
    // Events are written down a moment after the answer.
    const written = async () => {
      expect((await daypass(['audit', '--operation', 'Federate'])).stdout).toContain('Federate');
    };
    await vi.waitFor(written, { timeout: 30_000 });
  });
  afterAll(() => service.close());

  /** An exchange that fails; returns its request id. */
  async function refuse(provider: string): Promise<string> {
    const body = JSON.stringify({ IdentityPoolId: pool, Logins: { [provider]: 'nonsense' } });
    const { headers } = await fetch(`${service.url}/_daypass/federate`, { method: 'POST', body });
    return headers.get('x-amzn-requestid') ?? '';
  }

  it('shows who did what, the latest last, and why somebody was refused', async () => {
    const { stdout } = await daypass(['audit']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^[\d-]+T[\d:]+Z ✓ \w+ {2}arn:aws:iam::000000000000:root 127\.0\.0\.1 {2}[\da-f-]{36}$/,
    );
    expect(lines.at(-2)).toMatch(/ ✗ Federate {2}unknown 127\.0\.0\.1 {2}[\da-f-]{36}$/);
    expect(lines.at(-1)).toMatch(/^ +NotAuthorizedException: Invalid login token\. .*: /);
  });

  it('answers with JSON, narrowed to a pool, an outcome and a number', async () => {
    const { stdout } = await daypass(['audit', '--pool', pool, '--refused', '--max', '1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([
      { eventName: 'Federate', errorCode: 'NotAuthorizedException' },
    ]);
  });

  it.each([
    ['a day that is to come', ['--since', '2999-01-01']],
    ['before the service', ['--until', '30d']],
    ['another identity', ['--identity', 'us-east-1:00000000-0000-4000-8000-000000000000']],
  ])('has nothing for %s', async (_what, options) => {
    expect((await daypass(['audit', ...options])).stdout).toBe('None.\n');
  });

  it.each([
    ['--since', 'yesterday'],
    ['--max', '0'],
    ['--follow', '--until', '1h'],
  ])('does not understand %s %s', async (...options) => {
    expect(await daypass(['audit', ...options])).toMatchObject({ code: 2, stdout: '' });
  });

  it('goes on with what happens', async () => {
    const child = spawn(
      process.execPath,
      [command, 'audit', '--refused', '--follow', '--json', '--max', '1'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const requests: string[] = [];
    createInterface(child.stdout).on('line', (line) => requests.push(JSON.parse(line).requestID));
    await expect.poll(() => requests.length, { timeout: 60_000 }).toBe(1);
    const next = [await refuse('one.example'), await refuse('two.example')];
    await expect.poll(() => requests.slice(1).sort(), { timeout: 60_000 }).toEqual(next.sort());
    child.kill();
    await once(child, 'exit');
  }, 150_000);
});
