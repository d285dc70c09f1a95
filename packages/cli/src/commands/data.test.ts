import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { startDaypass } from '@daypass/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../../bin/daypass.js', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function daypass(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, 'data', ...args], {
      cwd: folder,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error && 'code' in error)) throw error;
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

/** A service with a pool and a guest, while `work` is done; what is there afterwards. */
async function serve<T>(
  data: string,
  work: (pool: string, guest: string, client: CognitoIdentityClient) => Promise<T>,
): Promise<T> {
  const service = await startDaypass({ port: 0, data, logLevel: 'silent' });
  const config = { endpoint: service.url, region: 'us-east-1', maxAttempts: 1 };
  const client = new CognitoIdentityClient({ ...config, credentials: service.rootCredentials });
  try {
    const { IdentityPoolId = '' } = await client.send(
      new CreateIdentityPoolCommand({ IdentityPoolName: 'game', AllowUnauthenticatedIdentities: true }),
    );
    const { IdentityId = '' } = await client.send(new GetIdCommand({ IdentityPoolId }));
    return await work(IdentityPoolId, IdentityId, client);
  } finally {
    client.destroy();
    await service.close();
  }
}

describe('daypass data backup and restore', () => {
  it('copy the data of a service that goes on, with the master key kept by hand', async () => {
    const [data, other, file] = [join(folder, 'a'), join(folder, 'b'), join(folder, 'backup')];
    await serve(data, async () => {
      expect(await daypass('backup', file, '--data', data)).toEqual({ code: 0, stdout: '', stderr: '' });
    });
    expect(await daypass('restore', file, '--data', other)).toEqual({ code: 0, stdout: '', stderr: '' });
    copyFileSync(join(data, 'master.key'), join(other, 'master.key'));
    await serve(other, async () => {});
  });

  it('say in one line why they cannot', async () => {
    const [data, file] = [join(folder, 'a'), join(folder, 'backup')];
    mkdirSync(data);
    const lines = [
      await daypass('backup', file, '--data', data),
      await daypass('backup', file, '--store', 'postgres://db/daypass'),
      await daypass('restore', file, '--data', data),
      await daypass('import', file, '--data', data),
    ];
    for (const { code, stderr } of lines) {
      expect(stderr).toMatch(/^daypass: [^\n]+\n$/);
      expect(code).toBe(1);
    }
    expect(existsSync(file)).toBe(false);
  });
});

describe('daypass data export and import', () => {
  it('move pools and identities from one store to another', async () => {
    const [data, other, file] = [join(folder, 'a'), join(folder, 'b'), join(folder, 'export.jsonl')];
    const { pool, guest } = await serve(data, async (pool, guest) => {
      const { code, stdout } = await daypass('export', '--data', data);
      expect(code).toBe(0);
      writeFileSync(file, stdout);
      return { pool, guest };
    });
    mkdirSync(other);
    expect(await daypass('import', file, '--data', other)).toEqual({
      code: 0,
      stdout: 'added 2, present 0, conflicts 0\n',
      stderr: '',
    });
    const again = await daypass('import', file, '--data', other, '--json');
    expect(JSON.parse(again.stdout)).toEqual({ Added: 0, Present: 2, Conflicts: [] });
    const { stdout } = await daypass('export', '--data', other);
    expect(stdout).toContain(pool);
    expect(stdout).toContain(guest);
    writeFileSync(file, 'not an export');
    expect(await daypass('import', file, '--data', other)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'daypass: line 1 of the import is not JSON\n',
    });
  });
});
