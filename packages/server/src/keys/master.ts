import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The key that wraps every secret at rest. */
export interface MasterKey {
  /** Seals a secret for storage; `purpose` is authenticated, so that a sealed value cannot be used in another place. */
  wrap(secret: Buffer, purpose: string): string;
  /** Throws `MasterKeyMismatch` when the value was sealed with another key, for another purpose, or is damaged. */
  unwrap(wrapped: string, purpose: string): Buffer;
}

export class MasterKeyMismatch extends Error {
  constructor(purpose: string) {
    super(
      `the master key does not open ${purpose}: it is not the key this data was written with. Restore master.key (or DAYPASS_MASTER_KEY) from where it was kept`,
    );
    this.name = 'MasterKeyMismatch';
  }
}

/** What is given as the master key is none. */
export class MasterKeyMalformed extends Error {
  constructor(where: string) {
    super(`${where} must hold ${keyBytes} bytes in base64`);
    this.name = 'MasterKeyMalformed';
  }
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * The master key from `DAYPASS_MASTER_KEY` (32 bytes in base64), else from `<directory>/master.key`, which the first
 * start makes with mode 0600. Without a directory a key is made for the life of the process.
 */
export async function openMasterKey(options: {
  directory?: string;
  fromEnvironment?: string;
}): Promise<MasterKey> {
  if (options.fromEnvironment !== undefined)
    return masterKey(decodeKey(options.fromEnvironment, 'DAYPASS_MASTER_KEY'));
  if (options.directory === undefined) return masterKey(randomBytes(keyBytes));
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const file = join(options.directory, 'master.key');
  const text = (await readIfThere(file)) ?? (await makeKeyFile(file));
  return masterKey(decodeKey(text, file));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isFault(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Makes the key; of several processes that start together all get the one that came first. */
async function makeKeyFile(file: string): Promise<string> {
  // Under another name until it is whole and on the disk: nobody reads half a key, and none is lost with the power.
  const draft = `${file}.${randomUUID()}`;
  const key = `${randomBytes(keyBytes).toString('base64')}\n`;
  await writeFile(draft, key, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, file);
    return key;
  } catch (error) {
    if (!isFault(error, 'EEXIST')) throw error;
    return await readFile(file, 'utf8');
  } finally {
    await unlink(draft);
  }
}

function isFault(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function decodeKey(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== keyBytes) throw new MasterKeyMalformed(where);
  return key;
}

function masterKey(bytes: Buffer): MasterKey {
  const key: KeyObject = createSecretKey(bytes);
  return {
    wrap(secret, purpose) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString(
        'base64',
      );
    },
    unwrap(wrapped, purpose) {
      const bytes = Buffer.from(wrapped, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-tagBytes));
        return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
      } catch {
        throw new MasterKeyMismatch(purpose);
      }
    },
  };
}
