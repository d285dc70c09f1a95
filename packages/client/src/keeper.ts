import { asAuthException, clearedMeanwhile } from './errors.ts';
import { type AuthListener, eventsBetween } from './events.ts';
import type { State } from './machine.ts';
import type { AuthStorage } from './storage/storage.ts';
import { joinTabs } from './tabs.ts';
import { createVault } from './vault.ts';

/** Keeps the state of one session: where it is stored, who is told of a change, and that one exchange runs at a time. */
export interface Keeper {
  load(): Promise<State>;
  become<S extends State>(next: S): Promise<S>;
  /** `become`, unless the session it came `from` was cleared meanwhile, here or in another tab. */
  settle<S extends State>(from: State, next: S, signal?: AbortSignal): Promise<S>;
  /** Runs `work` when no other exchange runs in any tab; all who ask under one `key` share its result. */
  share(key: string, work: (from: State, signal: AbortSignal) => Promise<State>): Promise<State>;
  /** Aborts what `share` runs; its callers see a SignedOutException. */
  abandon(): void;
  on(listener: AuthListener): () => void;
}

export function createKeeper(storage: AuthStorage, name: string, persistToken: boolean): Keeper {
  const vault = createVault(storage, name, persistToken);
  const tabs = joinTabs(name, storage.shared ?? true);
  const listeners = new Set<AuthListener>();
  const running = new Map<string, Promise<State>>();
  let cancel = new AbortController();
  let seen: State | undefined;

  const look = (state: State) => {
    const events = seen ? eventsBetween(seen, state) : [];
    seen = state;
    for (const event of events) {
      // Each in a turn of its own, so that a listener that throws or calls back cannot disturb an exchange.
      for (const listener of listeners) queueMicrotask(() => listener(event));
    }
    return state;
  };

  const load = async () => look(await vault.load());

  const become = async <S extends State>(next: S): Promise<S> => {
    await vault.save(next);
    look(next);
    tabs.announce();
    return next;
  };

  return {
    load,
    become,

    async settle(from, next, signal) {
      const cleared = from.kind !== 'signedOut' && (await load()).kind === 'signedOut';
      if (cleared || signal?.aborted) throw clearedMeanwhile();
      return become(next);
    },

    share(key, work) {
      const joined = running.get(key);
      if (joined) return joined;
      const { signal } = cancel;
      const run = tabs
        .exclusive(async () => {
          if (signal.aborted) throw clearedMeanwhile();
          return work(await load(), signal);
        })
        .catch((error: unknown) => {
          throw signal.aborted ? clearedMeanwhile() : asAuthException(error);
        })
        .finally(() => running.get(key) === run && running.delete(key));
      running.set(key, run);
      return run;
    },

    abandon() {
      cancel.abort();
      cancel = new AbortController();
      running.clear();
    },

    on(listener) {
      listeners.add(listener);
      const unwatch = tabs.watch(() => void load());
      void load();
      return () => {
        listeners.delete(listener);
        unwatch();
      };
    },
  };
}
