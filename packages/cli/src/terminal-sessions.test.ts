import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass, serveForCommands } from './commands/testing.ts';

const command = fileURLToPath(new URL('../bin/daypass.js', import.meta.url));
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) console.warn('tmux is not on this machine: the command line is not tried in a terminal.');

let directory: string;
let service: Daypass;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-terminal-'));
  service = await serveForCommands();
  await writeFile(
    join(directory, 'game.yaml'),
    'Resources: { Pool: { Type: AWS::Cognito::IdentityPool, Properties: { IdentityPoolName: a, AllowUnauthenticatedIdentities: true } } }\n',
  );
});

afterAll(async () => {
  if (hasTmux) spawnSync('tmux', ['-S', join(directory, 'tmux'), 'kill-server']);
  await service.close();
  await rm(directory, { recursive: true, force: true });
});

function tmux(...args: string[]): string {
  return execFileSync('tmux', ['-S', join(directory, 'tmux'), '-f', '/dev/null', ...args], {
    encoding: 'utf8',
  });
}

/** Runs a command line in a terminal of its own. */
function open(name: string, line: string, environment: Record<string, string> = {}): void {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, PATH } = process.env;
  const variables = { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, PATH, ...environment };
  const set = Object.entries(variables)
    .map(([key, value]) => `${key}='${value ?? ''}'`)
    .join(' ');
  const shell = `cd '${directory}'; env -u NO_COLOR ${set} '${process.execPath}' '${command}' ${line}; echo "ended $?"; sleep 600`;
  tmux('new-session', '-d', '-s', name, '-x', '120', '-y', '30', 'bash', '--norc', '-c', shell);
}

/** The terminal's screen once `wanted` is on it; with `escapes` its colours as well. */
async function screen(name: string, wanted: string, ...escapes: '-e'[]): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const shown = tmux('capture-pane', '-p', ...escapes, '-t', name).trimEnd();
    if (shown.includes(wanted)) return shown;
    await wait(50);
  }
  throw new Error(`never shown: ${wanted}\n${tmux('capture-pane', '-p', '-t', name)}`);
}

describe.skipIf(!hasTmux)('in a terminal', () => {
  it('apply shows its plan in colour, asks, and changes nothing on no', async () => {
    open('no', 'apply game.yaml');
    const asked = await screen('no', 'Go ahead?', '-e');
    expect(asked).toContain('\u001b[32m+ create\u001b[39m  Pool  AWS::Cognito::IdentityPool');
    expect(await screen('no', 'Go ahead?')).toBe(
      '+ create  Pool  AWS::Cognito::IdentityPool\n1 change to game. Go ahead? [y/N]',
    );
    tmux('send-keys', '-t', 'no', 'n', 'Enter');
    expect(await screen('no', 'ended')).toMatch(/daypass: nothing has been changed\.\nended 1$/);
    expect(
      JSON.parse((await daypass(['diff', join(directory, 'game.yaml'), '--json'])).stdout),
    ).toMatchObject({
      Changes: [{ action: 'create' }],
    });
  });

  it('apply goes ahead on yes', async () => {
    open('yes', 'apply game.yaml');
    await screen('yes', 'Go ahead?');
    tmux('send-keys', '-t', 'yes', 'y', 'Enter');
    expect(await screen('yes', 'ended')).toMatch(/1 change made\.\nended 0$/);
  });

  it('there is no colour for those who do not want it', async () => {
    open('plain', 'diff game.yaml', { NO_COLOR: '1' });
    expect(await screen('plain', 'ended 0', '-e')).toMatch(/^= keep {2}Pool/);
  });

  it('init asks again until an answer makes sense', async () => {
    open('init', 'init new.yaml');
    await screen('init', 'What is the pool called? [players]');
    tmux('send-keys', '-t', 'init', 'Enter');
    await screen('init', 'Which OpenID provider');
    tmux('send-keys', '-t', 'init', 'ftp://x', 'Enter');
    await screen(
      'init',
      'Which OpenID provider signs people in (https://…)? [https://login.example.com] ftp://x\nWhich',
    );
    for (let rest = 0; rest < 4; rest += 1) tmux('send-keys', '-t', 'init', 'Enter');
    expect(await screen('init', 'ended')).toMatch(
      /new\.yaml is written\. Next: daypass apply new\.yaml\nended 0$/,
    );
  });

  it('Tab completes commands and options', async () => {
    tmux('new-session', '-d', '-s', 'tab', '-x', '200', '-y', '30', 'bash', '--norc', '--noprofile', '-i');
    const type = (text: string, ...keys: string[]) => {
      tmux('send-keys', '-t', 'tab', '-l', '--', text);
      for (const key of keys) tmux('send-keys', '-t', 'tab', key);
    };
    type(`source <('${process.execPath}' '${command}' completion bash); echo it is $((40 + 2))`, 'Enter');
    await screen('tab', 'it is 42');
    type('daypass ident', 'Tab');
    await screen('tab', 'daypass identities');
    type('fi', 'Tab');
    await screen('tab', 'daypass identities find');
    type('--subject-p', 'Tab');
    await screen('tab', 'daypass identities find --subject-prefix');
  });
});
