import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { uniqueId } from '../ids.ts';
import type { MasterKey } from '../keys/master.ts';
import type { Store } from '../store/store.ts';

export interface RootKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The one document that says which access key is root's. */
const pointer = 'root';

/**
 * The root access key of this installation, made on the first start. With a directory it is also written to
 * `<directory>/credentials` (mode 0600, the AWS shared-credentials format), unless that file already holds it.
 */
export async function openRootKey(options: {
  store: Store;
  master: MasterKey;
  clock: Clock;
  directory?: string;
}): Promise<RootKey> {
  const { store, master, clock, directory } = options;
  const rootKey = await findOrMake(store, master, clock);
  if (directory !== undefined) await writeCredentialsFile(join(directory, 'credentials'), rootKey);
  return rootKey;
}

async function findOrMake(store: Store, master: MasterKey, clock: Clock): Promise<RootKey> {
  const accessKeys = store.collection('access_keys');
  const made = { accessKeyId: uniqueId('AKIA'), secretAccessKey: randomBytes(30).toString('base64') };
  const document = {
    owner: { kind: 'root' },
    wrappedSecret: master.wrap(Buffer.from(JSON.stringify(made)), 'the root access key'),
    active: true,
    createdAt: clock.now(),
  } as const;
  // Two nodes may start on an empty store together: one insert wins, and both go on with what is stored.
  await accessKeys.insert(pointer, document);
  const stored = await accessKeys.get(pointer);
  if (stored === undefined) throw new Error('the store lost the root access key it has just taken');
  const rootKey: RootKey = JSON.parse(
    master.unwrap(stored.value.wrappedSecret, 'the root access key').toString('utf8'),
  );
  await accessKeys.insert(rootKey.accessKeyId, {
    ...document,
    wrappedSecret: master.wrap(Buffer.from(rootKey.secretAccessKey), `access key ${rootKey.accessKeyId}`),
  });
  return rootKey;
}

async function writeCredentialsFile(file: string, key: RootKey): Promise<void> {
  const present = await readFile(file, 'utf8').catch(() => '');
  // Left alone when it holds this key, since people add profiles of their own to such a file.
  if (present.includes(key.accessKeyId)) return;
  const text = `[default]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`;
  await writeFile(file, text, { mode: 0o600 });
}
