import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { backUpData, restoreData } from '@daypass/server';
import { startTestProvider, type TestProvider } from '@daypass/server/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { administrator } from './rig/administrator.ts';
import { callPublic } from './rig/call.ts';
import { type NodeProcess, startNodeProcess } from './rig/node-process.ts';

const mayMount = mountsTmpfs();
if (!mayMount) console.log('A disk that is full or read-only is not tried: only root may mount one');

let folder: string;
let data: string;
let provider: TestProvider;
let node: NodeProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-disk-'));
  data = join(folder, 'data');
  mkdirSync(data);
  provider = await startTestProvider({ key: 'accounts.google.com' });
});

afterEach(async () => {
  await node?.stop();
  node = undefined;
  await provider.close();
  spawnSync('umount', [data]);
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<NodeProcess> {
  node = await startNodeProcess({
    data,
    options: ['--provider-override', `${provider.key}=${provider.url}`],
  });
  return node;
}

/** The last words of a node that does not start. */
const refusalToStart = () =>
  start().then(
    () => 'it started',
    (error: Error) => error.message,
  );

/** Signs people in; what they are told is their identity, or why they have none. */
function signInTo({ url }: NodeProcess, IdentityPoolId: string) {
  return async (user: string): Promise<string> => {
    const Logins = { [provider.key]: provider.token({ sub: user }) };
    const { status, answer } = await callPublic(url, 'GetId', { IdentityPoolId, Logins });
    return answer.IdentityId ?? `${status} ${answer.__type}`;
  };
}

async function signsIn() {
  const started = await start();
  const IdentityPoolId = await administrator(started).createPool({
    SupportedLoginProviders: { [provider.key]: provider.clientId },
  });
  return { IdentityPoolId, signIn: signInTo(started, IdentityPoolId) };
}

describe.runIf(mayMount)('a disk', () => {
  const mebibyte = 1024 ** 2;

  beforeEach(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${8 * mebibyte}`, 'daypass', data]);
  });

  it('that is full stops new people and nobody who is known, until there is room again', async () => {
    const { IdentityPoolId, signIn } = await signsIn();
    const known = new Map<string, string>();
    for (let n = 0; n < 50; n++) known.set(`user-${n}`, await signIn(`user-${n}`));
    const ballast = join(data, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(16 * mebibyte))).toThrow('ENOSPC');

    const refused: string[] = [];
    for (let n = 0; n < 500 && refused.length < 20; n++) {
      const answer = await signIn(`late-${n}`);
      if (answer.startsWith('503')) refused.push(`late-${n}`);
      else known.set(`late-${n}`, answer);
    }
    expect(refused.length).toBe(20);
    expect(node?.log.at(-1)).toContain('disk');
    for (const [user, identity] of known) expect(await signIn(user)).toBe(identity);

    rmSync(ballast);
    for (const user of refused) known.set(user, await signIn(user));
    await node?.stop();
    const again = signInTo(await start(), IdentityPoolId);
    for (const [user, identity] of known) expect(await again(user)).toBe(identity);
    expect([...known.values()].filter((identity) => !identity.startsWith('us-east-1:'))).toEqual([]);
    console.log(
      `full disk: ${known.size} people were acknowledged and are known, ${refused.length} had to come again`,
    );
  });

  it('that is read-only from the start is said in one line', async () => {
    execFileSync('mount', ['-o', 'remount,ro', data]);
    expect(await refusalToStart()).toMatch(/^daypass: [^\n]*(read-only|EROFS)[^\n]*$/);
  });
});

describe('a database', () => {
  const file = () => join(data, 'daypass.sqlite');
  const pageSize = 4096;

  function damage(from: number, to: number): void {
    const descriptor = openSync(file(), 'r+');
    const garbage = Buffer.alloc((to - from) * pageSize, 0xff);
    writeSync(descriptor, garbage, 0, garbage.length, from * pageSize);
    closeSync(descriptor);
  }

  it('of a newer Daypass is left alone, and said in one line', async () => {
    await start();
    await node?.stop();
    const database = new DatabaseSync(file());
    database.exec('UPDATE schema_version SET version = 1000');
    database.close();
    expect(await refusalToStart()).toMatch(
      /^daypass: The database [^\n]* belongs to a newer Daypass: it has schema 1000, this one knows up to \d+$/,
    );
  });

  it('whose first page is damaged is said in one line', async () => {
    await start();
    // What it wrote last is then no longer in a file beside it.
    expect(await node?.stop()).toBe(0);
    damage(0, 1);
    expect(await refusalToStart()).toMatch(/^daypass: The database [^\n]* is not a SQLite database$/);
  });

  it('that is damaged is said so for what cannot be read, and a backup has everything', async () => {
    const { IdentityPoolId, signIn } = await signsIn();
    const known = new Map<string, string>();
    await Promise.all(
      Array.from({ length: 500 }, async (_, n) => known.set(`user-${n}`, await signIn(`user-${n}`))),
    );
    const backup = join(folder, 'backup.sqlite');
    await backUpData({ data }, backup);
    await node?.stop();
    // What is read at the start is in the first pages.
    damage(80, statSync(file()).size / pageSize);

    const damaged = signInTo(await start(), IdentityPoolId);
    const answers = await Promise.all([...known.keys()].map(damaged));
    expect(answers).toContain('503 ServiceUnavailableException');
    for (const [n, identity] of [...known.values()].entries()) {
      if (!answers[n]?.startsWith('503')) expect(answers[n]).toBe(identity);
    }
    expect(node?.log.join()).toContain('is damaged; restore it from a backup');
    await node?.stop();

    const masterKey = join(data, 'master.key');
    data = join(folder, 'restored');
    await restoreData({ data }, backup);
    copyFileSync(masterKey, join(data, 'master.key'));
    const restored = signInTo(await start(), IdentityPoolId);
    for (const [user, identity] of known) expect(await restored(user)).toBe(identity);
  });
});

/** Whether this process may mount a file system in memory. */
function mountsTmpfs(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'daypass-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', 'daypass', place]).status !== 0) return false;
    spawnSync('umount', [place]);
    return true;
  } finally {
    rmSync(place, { recursive: true });
  }
}
