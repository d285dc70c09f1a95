import * as React from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuth } from '../create-auth.ts';
import { startTestPool } from '../testing/pool.ts';
import { type SessionView, useAuthSession } from './index.ts';

/** Where React keeps the renderer whose component is rendering now; react-dom sets it in the same way. */
const internals: { H: object | null } =
  Object(React).__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE;

type Subscribe = (onChange: () => void) => () => void;

/** Renders a component on the server: what it sees before anything was fetched. */
function renderOnServer<View>(component: () => View): View {
  internals.H = { useSyncExternalStore: (_: Subscribe, __: () => View, onServer: () => View) => onServer() };
  return component();
}

/** Renders a component and keeps rendering it at every change; gives all that it showed. */
function render<View>(component: () => View) {
  const shown: View[] = [];
  let unsubscribe: (() => void) | undefined;
  const show = () => {
    internals.H = {
      useSyncExternalStore(subscribe: Subscribe, getSnapshot: () => View) {
        unsubscribe ??= subscribe(show);
        return getSnapshot();
      },
    };
    shown.push(component());
  };
  show();
  return { shown, unmount: () => unsubscribe?.() };
}

describe('useAuthSession', () => {
  afterEach(() => {
    internals.H = null;
  });

  it('shows nothing yet on a server, and makes no request there', async () => {
    await using pool = await startTestPool();
    const auth = createAuth(pool.config);
    expect(renderOnServer(() => useAuthSession(auth))).toEqual({ session: undefined, isFetching: true });
    expect(pool.relay.requests).toEqual([]);
  });

  it('renders the guest, then who federated, and stops when it is unmounted', async () => {
    await using pool = await startTestPool();
    const auth = createAuth(pool.config);
    const { shown, unmount } = render(() => useAuthSession(auth));
    const last = (): SessionView | undefined => shown.at(-1);
    expect(last()).toEqual({ session: undefined, isFetching: true });
    await expect.poll(last).toMatchObject({ isFetching: false, session: { isSignedIn: false } });
    await auth.federateToIdentityPool(pool.login('user'));
    await expect.poll(last).toMatchObject({ isFetching: false, session: { isSignedIn: true } });
    unmount();
    const before = shown.length;
    await auth.clearFederationToIdentityPool();
    expect(shown).toHaveLength(before);
  });
});
