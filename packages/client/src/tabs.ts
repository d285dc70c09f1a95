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
 * Joins the tabs that know the storage under `name`: through Web Locks and BroadcastChannel; without the former two
 * tabs may both fetch (the later answer stays), without the latter Web Storage's own `storage` event is listened to.
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
    exclusive: locks ? async (work) => locks.request(name, work) : inTurn,

    announce() {
      if (!Channel) return;
      const channel = new Channel(name);
      channel.postMessage(0);
      channel.close();
    },

    watch(look) {
      if (Channel) {
        const channel = new Channel(name);
        channel.onmessage = look;
        return () => channel.close();
      }
      const onStorage = ({ key }: StorageEvent) => {
        if (key === name || key === null) look();
      };
      window.addEventListener('storage', onStorage);
      return () => window.removeEventListener('storage', onStorage);
    },
  };
}
