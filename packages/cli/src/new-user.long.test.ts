import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visit } from './session/testing.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** What the machine has, without what this repository brings: a new user has not installed it yet. */
const machine = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);
const missing = ['aws', 'curl', 'git', 'npm'].filter(
  (program) => spawnSync(program, ['--version'], { env: { ...process.env, PATH: machine } }).status !== 0,
);
if (!existsSync(join(repository, '.git'))) missing.push('a repository to clone');
if (missing.length > 0) console.warn(`${missing.join(', ')} not on this machine: no new user is followed.`);

let home: string;
let environment: Record<string, string>;
/** Instead of the ports that the pages name. */
let ports: ReadonlyMap<string, string>;
const running: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'daypass-new-user-'));
  const named = ['4100', '4101', '4102', '4200'];
  ports = new Map(await Promise.all(named.map(async (port) => [port, await freePort()] as const)));
  const free = (port: string) => ports.get(port) ?? '';
  await mkdir(join(home, 'bin'));
  const script = (name: string, text: string) =>
    writeFile(join(home, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await script('xdg-open', '');
  // Installing needs a network; what it would install is linked after the clone.
  await script('npm', `[ "$1" = ci ] || PATH='${machine}' exec npm "$@"`);
  environment = {
    PATH: `${join(home, 'bin')}${delimiter}${machine}`,
    HOME: home,
    DAYPASS_PORT: free('4100'),
    DAYPASS_GAME_PORT: free('4101'),
    DAYPASS_OIDC_PORT: free('4102'),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${free('4100')}`,
    npm_config_offline: 'true',
  };
  // The clone is of this repository, whoever owns its files.
  await writeFile(
    join(home, '.gitconfig'),
    `[url "${repository}"]\n  insteadOf = https://github.com/daypass/daypass.git\n[safe]\n  directory = *\n`,
  );
});

afterAll(async () => {
  for (const shell of running) await end(shell);
  await rm(home, { recursive: true, force: true });
});

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `${port}`;
}

/** The fenced blocks of a page, with the free ports: what stands behind the fence, and the text. */
async function blocks(page: string): Promise<{ info: string; text: string }[]> {
  let markdown = await readFile(join(repository, page), 'utf8');
  for (const [named, free] of ports) markdown = markdown.replaceAll(named, free);
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = '', text = '']) => ({
    info,
    text,
  }));
}

/** What `npm ci` makes: every package as it is here, but those of the workspace from the clone. */
async function install(clone: string): Promise<void> {
  const linkAll = async (from: string, to: string, own: readonly string[]) => {
    await mkdir(to, { recursive: true });
    for (const name of await readdir(from)) {
      if (!own.includes(name)) await symlink(join(from, name), join(to, name));
    }
  };
  const modules = join(clone, 'node_modules');
  await linkAll(join(repository, 'node_modules'), modules, ['.bin', '@daypass', 'daypass']);
  await cp(join(repository, 'node_modules/.bin'), join(modules, '.bin'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const lock = JSON.parse(await readFile(join(clone, 'package-lock.json'), 'utf8'));
  const packages: Record<string, { link?: boolean; resolved?: string }> = lock.packages;
  for (const [path, { link, resolved = '' }] of Object.entries(packages)) {
    if (!link) continue;
    await mkdir(dirname(join(clone, path)), { recursive: true });
    await symlink(join(clone, resolved), join(clone, path));
    const itsOwn = join(repository, resolved, 'node_modules');
    if (existsSync(itsOwn)) await linkAll(itsOwn, join(clone, resolved, 'node_modules'), []);
  }
}

interface Shell {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout: string;
  stderr: string;
  signIn?: Promise<unknown>;
}

/** Runs commands in a shell, and signs in as `fields` say where an address to sign in at is shown. */
function run(cwd: string, commands: string, fields: Readonly<Record<string, string>> = {}): Shell {
  const child = spawn('bash', ['--norc', '-c', `set -e\n${commands}`], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // What it leaves running in the background ends with its group.
    detached: true,
    env: environment,
  });
  running.push(child);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const shell: Shell = { process: child, ended, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    shell.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    shell.stderr += chunk;
    const [, url] = /Sign in at\n(http:\S+)\n/.exec(shell.stderr) ?? [];
    if (url !== undefined) shell.signIn ??= visit(url, fields);
  });
  return shell;
}

/** Runs commands to their end, which must be a good one, and gives what they wrote to stdout. */
async function done(
  cwd: string,
  commands: string,
  fields?: Readonly<Record<string, string>>,
): Promise<string> {
  const shell = run(cwd, commands, fields);
  const code = await shell.ended;
  await shell.signIn;
  expect(code, shell.stderr + shell.stdout).toBe(0);
  return shell.stdout;
}

/** Ends a shell as Ctrl-C does, with everything it started. */
async function end({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  const isThere = () => {
    try {
      return process.kill(-pid, 0);
    } catch {
      return false;
    }
  };
  if (isThere()) process.kill(-pid, 'SIGINT');
  while (isThere()) await wait(50);
}

async function shown(shell: Shell, wanted: string): Promise<string> {
  while (!shell.stdout.includes(wanted)) {
    expect(shell.process.exitCode, shell.stderr).toBeNull();
    await wait(50);
  }
  return shell.stdout;
}

describe.skipIf(missing.length > 0)('a new user, by the commands of the pages alone', () => {
  const clone = () => join(home, 'daypass');
  const quickStart = () => join(clone(), 'quick-start');
  let began: number;

  it('clones', async () => {
    began = performance.now();
    const [first] = await blocks('docs/quick-start.md');
    expect(first?.text).toMatch(/^git clone .*\ncd daypass\nnpm ci\nmkdir quick-start && cd quick-start\n$/);
    await done(home, first?.text ?? '');
    await install(clone());
  });

  it('starts everything as README.md says, and signs in by what that prints', async () => {
    const [start] = await blocks('README.md');
    expect(start?.text).toBe('npm ci && npm start\n');
    const shell = run(clone(), start?.text ?? '');
    const printed = await shown(shell, 'Ctrl-C stops it.');
    const [login = ''] = /npx daypass login .*/.exec(printed) ?? [];
    const [aws = ''] = /AWS_SHARED_CREDENTIALS_FILE=\S+ .* aws .*/.exec(printed) ?? [];
    expect(await done(clone(), login, { player: 'ada' })).toMatch(/^Signed in as us-east-1:/);
    expect(await done(clone(), aws)).toContain('"IdentityPoolName": "Topping Out"');
    await end(shell.process);
  });

  it('gets credentials of a pool of its own with its own provider, by docs/quick-start.md', async () => {
    const [, ...steps] = await blocks('docs/quick-start.md');
    const commands: string[] = [];
    for (const { info, text } of steps) {
      const [language, file] = info.split(' ');
      if (language === 'sh') commands.push(text);
      else if (file !== undefined) await writeFile(join(quickStart(), file), text);
    }
    const stdout = await done(quickStart(), commands.join('\n'), { login: 'ada', password: 'any' });
    expect(stdout).toContain('+ create  Pool      AWS::Cognito::IdentityPool');
    expect(stdout).toContain('is reached');
    expect(stdout).toMatch(/Signed in as us-east-1:/);
    const arn = /"Arn": "arn:aws:sts::000000000000:assumed-role\/pool-SignedIn-\w+\/[^"]+"/g;
    expect(stdout.match(arn), stdout).toHaveLength(2);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.info(`From the clone to credentials in ${seconds} s, without what npm ci takes.`);
  });
});
