import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { Collection, Versioned } from './store.ts';

/** A document as its readers want it: parsed and compiled anew only when it has changed. */
export interface Cached<Prepared> {
  /** Undefined when there is no such document. At most `maxAge` old. */
  get(key: string): Promise<Prepared | undefined>;
  /** Makes the next `get` read again; called after a change made here. */
  forget(key: string): void;
}

interface Entry<T, Prepared> {
  stored: Versioned<T> | undefined;
  value: Prepared | undefined;
  /** Milliseconds since the epoch. */
  checkedAt: number;
}

/**
 * Keeps the documents of a collection in memory and looks at the store again once they are a second old: so a change
 * made on another node is in effect everywhere within that second, with no more than one read a second and document.
 * When the store cannot be reached the last known document goes on being used for `maxStale`.
 */
export function cachedCollection<T, Prepared>(options: {
  collection: Collection<T>;
  clock: Clock;
  prepare: (value: T) => Prepared;
  /** Milliseconds. */
  maxAge?: number;
  maxStale?: number;
  /** The number of documents kept; the longest unused are dropped. */
  capacity?: number;
}): Cached<Prepared> {
  const { collection, clock, prepare, maxAge = 1000, maxStale = 60_000, capacity = 10_000 } = options;
  const entries = new Map<string, Entry<T, Prepared>>();
  const reading = new Map<string, Promise<Prepared | undefined>>();

  function read(key: string): Promise<Prepared | undefined> {
    const underway = reading.get(key);
    if (underway !== undefined) return underway;
    const started = readAnew(key).then((entry) => {
      // Only if nothing was forgotten meanwhile: a read that began before a change must not bring the old value back.
      if (reading.get(key) === started) keep(key, entry);
      return entry.value;
    });
    reading.set(key, started);
    const done = () => {
      if (reading.get(key) === started) reading.delete(key);
    };
    started.then(done, done);
    return started;
  }

  async function readAnew(key: string): Promise<Entry<T, Prepared>> {
    const checkedAt = clock.now();
    const stored = await collection.get(key);
    if (stored === undefined) return { stored, value: undefined, checkedAt };
    const known = entries.get(key);
    // The version alone does not tell: one that was deleted and made anew begins to count again.
    const value = isDeepStrictEqual(known?.stored, stored) ? known?.value : prepare(stored.value);
    return { stored, value, checkedAt };
  }

  function keep(key: string, entry: Entry<T, Prepared>): void {
    entries.delete(key);
    entries.set(key, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= capacity) break;
      entries.delete(oldest);
    }
  }

  return {
    async get(key) {
      const entry = entries.get(key);
      const age = entry === undefined ? Number.POSITIVE_INFINITY : clock.now() - entry.checkedAt;
      if (entry !== undefined && age >= 0 && age < maxAge) return entry.value;
      try {
        return await read(key);
      } catch (error) {
        if (entry !== undefined && age < maxStale) return entry.value;
        throw error;
      }
    },
    forget(key) {
      entries.delete(key);
      reading.delete(key);
    },
  };
}
