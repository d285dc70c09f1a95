import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { KeyDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';
import type { MasterKey } from './master.ts';

/** A key that authenticates session tokens; its id travels in the token. */
export interface SealingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The sealing keys all nodes share: the newest seals, every one of them opens. */
export interface SealingKeys {
  /** The key new session tokens are sealed with. */
  current(): SealingKey;
  /** The key of an id, from memory or, when another node has just made it, from the store. */
  find(id: string): Promise<SealingKey | undefined>;
}

const prefix = 'seal/';

/** Opens the sealing keys of a store and makes the first one. Throws `MasterKeyMismatch`. */
export async function openSealingKeys(options: {
  store: Store;
  master: MasterKey;
  clock: Clock;
}): Promise<SealingKeys> {
  const { store, master, clock } = options;
  const documents = store.collection('keys');
  const known = new Map<string, SealingKey>();
  let current: SealingKey & { usedFrom: number };

  function learn(id: string, document: KeyDocument): SealingKey & { usedFrom: number } {
    const secret = master.unwrap(document.wrapped, `sealing key ${id}`);
    const key = { id, key: createSecretKey(secret), usedFrom: document.usedFrom };
    known.set(id, key);
    return key;
  }

  async function newest(): Promise<(SealingKey & { usedFrom: number }) | undefined> {
    const stored = await documents.list({ after: prefix, limit: 1000 });
    return stored
      .filter(({ key }) => key.startsWith(prefix))
      .map(({ key, value }) => learn(key.slice(prefix.length), value))
      .sort((a, b) => b.usedFrom - a.usedFrom)[0];
  }

  async function makeFirst(): Promise<SealingKey & { usedFrom: number }> {
    // A fixed first id: of two nodes that start on an empty store together, one inserts and both read the same key.
    const id = 'k1';
    const now = clock.now();
    const wrapped = master.wrap(randomBytes(32), `sealing key ${id}`);
    await documents.insert(prefix + id, { wrapped, createdAt: now, usedFrom: now });
    const stored = await documents.get(prefix + id);
    if (stored === undefined) throw new Error('the store lost the sealing key it has just taken');
    return learn(id, stored.value);
  }

  current = (await newest()) ?? (await makeFirst());

  return {
    current: () => current,
    async find(id) {
      const key = known.get(id);
      if (key !== undefined || !/^[a-z0-9]{1,32}$/.test(id)) return key;
      const stored = await documents.get(prefix + id);
      return stored === undefined ? undefined : learn(id, stored.value);
    },
  };
}
