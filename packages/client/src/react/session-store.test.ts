import { describe, expect, it } from 'vitest';
import { createAuth } from '../create-auth.ts';
import { startTestPool } from '../testing/pool.ts';
import { type SessionView, sessionStoreOf } from './session-store.ts';

describe('the session store of React', () => {
  it('shows the session, and every change of it', async () => {
    await using pool = await startTestPool();
    const auth = createAuth(pool.config);
    const store = sessionStoreOf(auth);
    expect(sessionStoreOf(auth)).toBe(store);
    expect(store.getSnapshot()).toEqual({ session: undefined, isFetching: true });

    let changed = () => {};
    const until = async (isReached: (view: SessionView) => boolean) => {
      while (!isReached(store.getSnapshot())) await new Promise<void>((resolve) => (changed = resolve));
    };
    const stop = store.subscribe(() => changed());
    await until(({ session, isFetching }) => !isFetching && session?.isSignedIn === false);
    await auth.federateToIdentityPool(pool.login('user'));
    await until(({ session, isFetching }) => !isFetching && session?.isSignedIn === true);
    await auth.clearFederationToIdentityPool();
    await until(({ session, isFetching }) => !isFetching && session?.isSignedIn === false);

    stop();
    const last = store.getSnapshot();
    await auth.federateToIdentityPool(pool.login('user'));
    expect(store.getSnapshot()).toBe(last);
  });
});
