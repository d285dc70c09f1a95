import { useSyncExternalStore } from 'react';
import type { Auth } from '../auth.ts';
import { nothingYet, type SessionView, sessionStoreOf } from './session-store.ts';

export type { SessionView } from './session-store.ts';

/**
 * The present session, kept up to date: through federation, refresh, expiry and clearing, in this tab and in others.
 *
 * @example
 * ```tsx
 * const { session, isFetching } = useAuthSession(auth);
 * if (isFetching && !session) return <Spinner />;
 * return session?.isSignedIn ? <Game player={session.identityId} /> : <SignIn />;
 * ```
 */
export function useAuthSession(auth: Auth): SessionView {
  const { subscribe, getSnapshot } = sessionStoreOf(auth);
  return useSyncExternalStore(subscribe, getSnapshot, () => nothingYet);
}
