import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass } from '../commands/testing.ts';
import { type Dev, startDev } from '../dev/dev.ts';
import { visit } from './testing.ts';

const command = fileURLToPath(new URL('../../bin/daypass.js', import.meta.url));
const hasAws = spawnSync('aws', ['--version']).status === 0;
if (!hasAws) console.warn('the AWS CLI is not on this machine: credential_process is not tried with it.');

let directory: string;
let dev: Dev;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-aws-'));
  dev = await startDev({
    data: join(directory, 'data'),
    port: 0,
    gamePort: 0,
    oidcPort: 0,
    region: 'us-east-1',
    account: '000000000000',
  });
});

afterAll(async () => {
  await dev.close();
  await rm(directory, { recursive: true, force: true });
});

describe.skipIf(!hasAws)('the AWS CLI with credential_process', () => {
  it('writes and reads its own object in S3, and no other', async () => {
    const cache = join(directory, 'cache');
    const login = ['login', ...dev.loginArguments, '--no-browser', '--cache', cache, '--json'];
    let visited: Promise<unknown> | undefined;
    const { stdout } = await daypass(login, (told) => {
      const [url] = /http:\S+/.exec(told) ?? [];
      if (url !== undefined) visited = visit(url, { player: 'ada' });
    });
    await visited;
    const { IdentityId } = JSON.parse(stdout);

    const config = join(directory, 'config');
    await writeFile(
      config,
      `[profile ada]\nregion = us-east-1\ncredential_process = "${process.execPath}" "${command}" credentials --cache "${cache}"\n`,
    );
    const aws = (...args: string[]) =>
      promisify(execFile)('aws', ['--profile', 'ada', 's3api', ...args], {
        env: { PATH: process.env.PATH, HOME: directory, AWS_CONFIG_FILE: config, AWS_ENDPOINT_URL: dev.url },
      });
    const save = join(directory, 'save.json');
    await writeFile(save, '{"level":7}');
    const object = (key: string) => ['--bucket', 'topping-out', '--key', key];
    const own = object(`private/${IdentityId}/save.json`);
    await aws('put-object', ...own, '--body', save);
    const back = join(directory, 'back.json');
    await aws('get-object', ...own, back);
    expect(await readFile(back, 'utf8')).toBe('{"level":7}');
    await expect(aws('get-object', ...object('private/somebody/save.json'), back)).rejects.toThrow(
      'AccessDenied',
    );
  });
});
