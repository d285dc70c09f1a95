import type { Clock } from '../clock.ts';
import type { IdentityId } from '../ids.ts';
import type { Store } from '../store/store.ts';

/** Notes when identities were last used, away from the hot path. */
export interface LastSeen {
  seen(identityId: IdentityId): void;
  /** Writes what is noted; called when the service ends. */
  close(): Promise<void>;
}

/** Milliseconds between two writes. */
const interval = 60_000;
/** Past this many an identity is not noted until the next write: memory stays bounded. */
const capacity = 100_000;
const batch = 1000;

/** Collects the identities seen and writes them once a minute; a failed write is tried with the next. */
export function lastSeen(options: {
  store: Store;
  clock: Clock;
  failed: (error: unknown) => void;
}): LastSeen {
  const { store, clock, failed } = options;
  const noted = new Set<IdentityId>();
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(flush, interval);
  timer.unref();

  function flush(): Promise<void> {
    writing = writing.then(write).catch(failed);
    return writing;
  }

  async function write(): Promise<void> {
    while (noted.size > 0) {
      const ids = [...noted].slice(0, batch);
      await store.touchIdentities(ids, clock.now());
      for (const id of ids) noted.delete(id);
    }
  }

  return {
    seen(identityId) {
      if (noted.size < capacity) noted.add(identityId);
    },
    close() {
      clearInterval(timer);
      return flush();
    },
  };
}
