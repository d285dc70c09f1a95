/** Milliseconds in which what one tab wrote to Web Storage reaches the process of another. */
const SPREAD = 200;

/** The tabs that share one storage, this one included. */
export interface Tabs {
  /** Runs `work` while no other call of it runs, here or in another tab. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Tells the other tabs that the storage has changed. */
  announce(): void;
  /** Calls `look` when another tab says so, until the returned function is called. */
  watch(look: () => void): () => void;
}

/**
 * Joins the tabs that know the storage under `name`: through Web Locks, BroadcastChannel and the `storage` event. Without
 * locks two tabs may both fetch (the later answer stays); without channels only Web Storage's changes are heard of.
 * A storage no other tab can read, or a process that has no tabs, is alone; so is React Native, whose `window` has
 * none of all this.
 */
export function joinTabs(name: string, shared: boolean): Tabs {
  const alone = !shared || typeof window !== 'object' || !window.addEventListener;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  if (alone) return { exclusive: inTurn, announce() {}, watch: () => () => {} };

  const locks = navigator.locks as LockManager | undefined;
  const Channel = window.BroadcastChannel as typeof BroadcastChannel | undefined;
  return {
    exclusive: (work) =>
      inTurn(() => {
        // Another tab has it, and what it writes may arrive after the lock does: locks are faster than Web Storage.
        const later = () => new Promise((resume) => setTimeout(resume, SPREAD)).then(work);
        return locks
          ? locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : locks.request(name, later)))
          : work();
      }),

    announce() {
      if (!Channel) return;
      const channel = new Channel(name);
      channel.postMessage(0);
      channel.close();
    },

    watch(look) {
      // The event tells of Web Storage only, but never before the item is here; the channel tells of every storage.
      const onStorage = ({ key }: StorageEvent) => {
        if (key === name || key === null) look();
      };
      const channel = Channel && new Channel(name);
      if (channel) channel.onmessage = look;
      window.addEventListener('storage', onStorage);
      return () => {
        channel?.close();
        window.removeEventListener('storage', onStorage);
      };
    },
  };
}
