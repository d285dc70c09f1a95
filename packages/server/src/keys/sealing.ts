import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { MasterKey } from './master.ts';
import { KeyRing, type Rotation } from './ring.ts';

/** A key that authenticates session tokens; its id travels in the token. */
export interface SealingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The sealing keys all nodes share: the newest seals, every one that is not retired opens. */
export interface SealingKeys {
  /** The key new session tokens are sealed with. */
  current(): SealingKey;
  /** The key of an id, from memory or, when another node has just made it, from the store. */
  find(id: string): Promise<SealingKey | undefined>;
  /** Hears of keys that other nodes have made or retired. */
  refresh(): Promise<void>;
  rotate(options?: { readonly immediately?: boolean }): Promise<Rotation>;
  rotateWhenDue(every: number): Promise<Rotation | undefined>;
}

const minutes = 60_000;

/** Opens the sealing keys of a store and makes the first one. Throws `MasterKeyMismatch`. */
export async function openSealingKeys(options: {
  store: Store;
  master: MasterKey;
  clock: Clock;
}): Promise<SealingKeys> {
  const { store, master, clock } = options;
  const ring = new KeyRing<SealingKey>({
    store,
    clock,
    kind: {
      prefix: 'seal/',
      idPrefix: 'k',
      // Nodes look for new keys every second.
      lead: 5_000,
      // The longest a role's session lasts, and what clocks may differ by.
      overlap: 12 * 60 * minutes + 5 * minutes,
      make: async (id) => master.wrap(randomBytes(32), `sealing key ${id}`),
      open: (id, { wrapped }) => ({ id, key: createSecretKey(master.unwrap(wrapped, `sealing key ${id}`)) }),
    },
  });
  await ring.ensureFirst();

  return {
    current() {
      const current = ring.current();
      if (current === undefined) throw new Error('the store holds no sealing key');
      return current;
    },
    find: (id) => ring.find(id),
    refresh: () => ring.refresh(),
    rotate: (how) => ring.rotate(how),
    rotateWhenDue: (every) => ring.rotateWhenDue(every),
  };
}
