import type { Auth } from '../auth.ts';
import type { AuthSession } from '../session.ts';

/** What a component sees of the session. */
export interface SessionView {
  /** The last session known; `undefined` until the first one is there. */
  readonly session: AuthSession | undefined;
  readonly isFetching: boolean;
}

/** A source for `useSyncExternalStore`. */
export interface SessionStore {
  subscribe(onChange: () => void): () => void;
  getSnapshot(): SessionView;
}

export const nothingYet: SessionView = { session: undefined, isFetching: true };

const stores = new WeakMap<Auth, SessionStore>();

/** The one store of `auth`; it fetches the session when first watched, and again after every event. */
export function sessionStoreOf(auth: Auth): SessionStore {
  const known = stores.get(auth);
  if (known) return known;
  let view = nothingYet;
  let stop: (() => void) | undefined;
  let latest = 0;
  const watchers = new Set<() => void>();

  const show = (next: SessionView) => {
    view = next;
    for (const watcher of watchers) watcher();
  };
  const fetchSession = async () => {
    latest += 1;
    const mine = latest;
    if (!view.isFetching) show({ ...view, isFetching: true });
    const session = await auth.fetchAuthSession();
    if (mine === latest) show({ session, isFetching: false });
  };

  const store: SessionStore = {
    subscribe(onChange) {
      watchers.add(onChange);
      stop ??= auth.on(() => void fetchSession());
      if (watchers.size === 1) void fetchSession();
      return () => {
        watchers.delete(onChange);
        if (watchers.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
    getSnapshot: () => view,
  };
  stores.set(auth, store);
  return store;
}
