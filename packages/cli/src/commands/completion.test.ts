import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass } from './testing.ts';

let directory: string;
let script: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-completion-'));
  script = join(directory, 'completion.bash');
  await writeFile(script, (await daypass(['completion', 'bash'])).stdout);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** What bash offers after these words; the last one is being written. */
async function offered(...words: string[]): Promise<string[]> {
  const list = ['daypass', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `source '${script}'; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _daypass; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', ask]);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('daypass completion bash', () => {
  it.each<[string[], string[]]>([
    [['ap'], ['apply']],
    [
      ['identities', ''],
      ['find', 'disable', 'enable', 'link', 'unlink', 'merge', '--help'],
    ],
    [
      ['identities', 'find', '--sub'],
      ['--subject', '--subject-prefix'],
    ],
    [
      ['keys', 'rotate', '--kind', 's'],
      ['sealing', 'signing'],
    ],
    [['apply', '--sk'], ['--skip-unknown']],
    [['apply', 'file.yaml', '--st'], ['--stack']],
    [['exec', '--', 'aws', '--no-such'], []],
    [['nonsense', 'x'], []],
  ])('%j gives %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  it('offers every command', async () => {
    const all = await offered('');
    expect(all).toEqual(expect.arrayContaining(['start', 'dev', 'apply', 'login', 'doctor', 'completion']));
  });

  it('leaves files to bash', async () => {
    expect(await offered('apply', '')).toEqual([]);
  });

  it('knows no other shell', async () => {
    expect(await daypass(['completion', 'fish'])).toMatchObject({ code: 2, stdout: '' });
  });
});
