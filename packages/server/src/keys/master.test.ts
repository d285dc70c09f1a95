import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MasterKeyMismatch, openMasterKey } from './master.ts';

let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'daypass-master-')), 'data');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

const secret = Buffer.from('a secret');

describe('the master key', () => {
  it('is made on the first start, for its owner alone, and read on the next', async () => {
    const wrapped = (await openMasterKey({ directory })).wrap(secret, 'purpose');
    expect(await readdir(directory)).toEqual(['master.key']);
    expect((await stat(join(directory, 'master.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await openMasterKey({ directory })).unwrap(wrapped, 'purpose')).toEqual(secret);
  });

  it('is one and the same for all that open an empty directory at once', async () => {
    const keys = await Promise.all(Array.from({ length: 16 }, () => openMasterKey({ directory })));
    const wrapped = keys[0]?.wrap(secret, 'purpose') ?? '';
    for (const key of keys) expect(key.unwrap(wrapped, 'purpose')).toEqual(secret);
    expect(await readdir(directory)).toEqual(['master.key']);
  });

  it('comes from the environment instead, and no file is made then', async () => {
    const fromEnvironment = Buffer.alloc(32, 7).toString('base64');
    const wrapped = (await openMasterKey({ directory, fromEnvironment })).wrap(secret, 'purpose');
    expect(
      (await openMasterKey({ fromEnvironment: ` ${fromEnvironment}\n` })).unwrap(wrapped, 'purpose'),
    ).toEqual(secret);
    await expect(readdir(directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('of no directory is one of its own', async () => {
    const wrapped = (await openMasterKey({})).wrap(secret, 'purpose');
    const other = await openMasterKey({});
    expect(() => other.unwrap(wrapped, 'purpose')).toThrow(MasterKeyMismatch);
  });

  it.each(['', 'too short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64')])(
    'must have 32 bytes, unlike %j',
    async (text) => {
      await expect(openMasterKey({ fromEnvironment: text })).rejects.toThrow(
        'DAYPASS_MASTER_KEY must hold 32 bytes in base64',
      );
      await openMasterKey({ directory });
      const file = join(directory, 'master.key');
      await writeFile(file, text);
      await expect(openMasterKey({ directory })).rejects.toThrow(`${file} must hold 32 bytes in base64`);
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );
});

describe('a wrapped secret', () => {
  it('is another each time, and opens for its purpose only', async () => {
    const key = await openMasterKey({});
    const wrapped = key.wrap(secret, 'sealing key k1');
    expect(key.wrap(secret, 'sealing key k1')).not.toBe(wrapped);
    expect(key.unwrap(wrapped, 'sealing key k1')).toEqual(secret);
    for (const purpose of ['', 'sealing key k2', 'signing key k1']) {
      expect(() => key.unwrap(wrapped, purpose)).toThrow(MasterKeyMismatch);
    }
  });

  it('holds any bytes', async () => {
    const key = await openMasterKey({});
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, purpose) => {
        expect(key.unwrap(key.wrap(Buffer.from(bytes), purpose), purpose)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('does not open with any bit changed, cut short or made longer', async () => {
    const key = await openMasterKey({});
    const wrapped = Buffer.from(key.wrap(secret, 'purpose'), 'base64');
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const changed = Buffer.from(wrapped);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => key.unwrap(changed.toString('base64'), 'purpose')).toThrow(MasterKeyMismatch);
    }
    for (let length = 0; length < wrapped.length; length++) {
      expect(() => key.unwrap(wrapped.toString('base64', 0, length), 'purpose')).toThrow(MasterKeyMismatch);
    }
    const longer = Buffer.concat([wrapped, Buffer.alloc(1)]).toString('base64');
    expect(() => key.unwrap(longer, 'purpose')).toThrow(MasterKeyMismatch);
  });
});
