import type { VNode } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { openApi } from '../api/client.ts';
import { type Desk, DeskContext } from '../desk.ts';
import { Access } from '../pages/access/access.tsx';
import { Audit } from '../pages/audit/audit.tsx';
import { Identities } from '../pages/identities/identities.tsx';
import { Overview } from '../pages/overview/overview.tsx';
import { useMetrics } from '../pages/overview/use-metrics.ts';
import { Pools } from '../pages/pools/pools.tsx';
import { Roles } from '../pages/roles/roles.tsx';
import { TryToken } from '../pages/token/try-token.tsx';
import { Icon, type IconName } from '../parts/icons.tsx';
import { hrefOf, useRoute } from '../route.ts';
import type { Session } from '../session.ts';
import { PassCard } from './pass-card.tsx';
import { Skyline } from './skyline.tsx';

const places: readonly {
  readonly path: string;
  readonly name: string;
  readonly short?: string;
  readonly icon: IconName;
}[] = [
  { path: '', name: 'Overview', icon: 'overview' },
  { path: 'pools', name: 'Pools', icon: 'pools' },
  { path: 'identities', name: 'Identities', icon: 'identities' },
  { path: 'token', name: 'Try a token', short: 'Token', icon: 'token' },
  { path: 'roles', name: 'Roles', icon: 'roles' },
  { path: 'access', name: 'Who can do what', short: 'Access', icon: 'access' },
  { path: 'audit', name: 'Audit', icon: 'audit' },
];

/** The frame around every page: the way around, who is signed in, and what was just done. */
export function Console({
  session,
  onSignOut,
}: {
  readonly session: Session;
  readonly onSignOut: () => void;
}) {
  const [path = '', first = '', second = '', third = ''] = useRoute();
  const [said, setSaid] = useState('');
  const forgetting = useRef(0);
  const desk = useMemo<Desk>(
    () => ({
      session,
      api: openApi({ url: new URL(location.href), region: session.region }, session.key),
      say(text) {
        clearTimeout(forgetting.current);
        setSaid(text);
        forgetting.current = window.setTimeout(() => setSaid(''), 5000);
      },
    }),
    [session],
  );
  const metrics = useMetrics(desk.api);

  const page = (): VNode => {
    switch (path) {
      case 'pools':
        return <Pools id={first} part={second} />;
      case 'identities':
        return <Identities pool={first} id={second} />;
      case 'token':
        return <TryToken pool={first} />;
      case 'roles':
        return <Roles name={first} pool={second} />;
      case 'access':
        return <Access pool={first} identity={second} role={third} />;
      case 'audit':
        return <Audit pool={first} identity={second} />;
      default:
        return <Overview metrics={metrics} />;
    }
  };

  const name = session.arn.slice(session.arn.lastIndexOf(':') + 1).replace(/^[\w-]+\//, '');
  return (
    <DeskContext.Provider value={desk}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <div class="frame">
        <header class="side">
          <a class="brand" href={hrefOf('')}>
            <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="34" height="34" /> Daypass
          </a>
          <nav aria-label="Pages">
            <ul>
              {places.map((place) => (
                <li key={place.path}>
                  <a href={hrefOf(place.path)} aria-current={place.path === path ? 'page' : undefined}>
                    <Icon name={place.icon} />
                    <span class="long">{place.name}</span>
                    <span class="short">{place.short ?? place.name}</span>
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div class="who">
            <PassCard
              kind="Operator pass"
              initial={name.charAt(0).toUpperCase()}
              code={session.key.accessKeyId}
            >
              <strong class="pass-name">{name}</strong>
              <span class="pass-role">
                <span>{session.account}</span>
                <span>{session.region}</span>
              </span>
            </PassCard>
            <button type="button" class="leave" onClick={onSignOut}>
              <Icon name="out" /> Sign out
            </button>
          </div>
          <Skyline />
        </header>
        <main id="main" tabIndex={-1}>
          {page()}
        </main>
      </div>
      <div class="toast" role="status">
        {said !== '' && <p>{said}</p>}
      </div>
    </DeskContext.Provider>
  );
}
