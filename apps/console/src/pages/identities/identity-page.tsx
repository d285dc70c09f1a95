import { useState } from 'preact/hooks';
import { type Identity, isGuest, readIdentity } from '../../api/identities.ts';
import { type Pool, type PoolSettings, readSettings } from '../../api/pools.ts';
import { useDesk } from '../../desk.ts';
import { Button, CopyButton } from '../../parts/button.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Badge } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { hrefOf } from '../../route.ts';
import { type Asking, IdentityDialog } from './identity-dialog.tsx';
import { sessionsEnd } from './sessions.ts';

/** Everything about one identity. */
export function IdentityPage({ pool, id }: { readonly pool: string; readonly id: string }) {
  const { api } = useDesk();
  const [loaded, reload] = useLoaded(async () => {
    const [identity, described, settings] = await Promise.all([
      readIdentity(api, pool, id),
      api.cognito<Pool>('DescribeIdentityPool', { IdentityPoolId: pool }),
      readSettings(api, pool),
    ]);
    return { identity, pool: described, settings };
  }, `${pool}/${id}`);
  const [asking, ask] = useState<Asking>();
  return (
    <Page
      title={`…${id.slice(-12)}`}
      back={{ href: hrefOf('identities', pool), to: 'Identities' }}
      lead={
        <>
          <code>{id}</code> <CopyButton text={id} what="the identity id" />
        </>
      }
      actions={
        <>
          <a class="button" href={hrefOf('audit', pool, id)}>
            What happened to it?
          </a>
          <a class="button" href={hrefOf('access', pool, id)}>
            What may it do?
          </a>
        </>
      }
    >
      <Show what="the identity" loaded={loaded}>
        {({ identity, pool, settings }) => (
          <>
            <div class="columns">
              <Facts identity={identity} pool={pool} settings={settings} />
              <Logins identity={identity} ask={ask} />
            </div>
            <Actions identity={identity} ask={ask} />
            {asking && (
              <IdentityDialog
                asking={asking}
                pool={pool}
                identity={identity}
                onClose={() => ask(undefined)}
                onChanged={reload}
              />
            )}
          </>
        )}
      </Show>
    </Page>
  );
}

function Facts({
  identity,
  pool,
  settings,
}: {
  readonly identity: Identity;
  readonly pool: Pool;
  readonly settings: PoolSettings;
}) {
  const end = sessionsEnd(identity, pool, settings, Date.now() / 1000);
  return (
    <Card title="The identity">
      <dl class="facts">
        <dt>Pool</dt>
        <dd>
          <a href={hrefOf('pools', pool.IdentityPoolId)}>{pool.IdentityPoolName}</a>
        </dd>
        <dt>State</dt>
        <dd>
          <Badge tone={identity.Enabled ? 'good' : 'bad'}>{identity.Enabled ? 'Enabled' : 'Disabled'}</Badge>
        </dd>
        <dt>Last seen</dt>
        <dd>
          <Ago at={identity.LastSeenDate} />
        </dd>
        <dt>Sessions</dt>
        <dd>
          {end === undefined
            ? 'none any more'
            : `perhaps, until ${new Date(end * 1000).toLocaleTimeString(undefined, { timeStyle: 'short' })}`}
        </dd>
        <dt>First seen</dt>
        <dd>
          <Ago at={identity.CreationDate} />
        </dd>
        <dt>Logins changed</dt>
        <dd>
          <Ago at={identity.LastModifiedDate} />
        </dd>
      </dl>
    </Card>
  );
}

function Logins({ identity, ask }: { readonly identity: Identity; readonly ask: (asking: Asking) => void }) {
  return (
    <Card
      title="Logins"
      actions={identity.Enabled && <Button onClick={() => ask({ to: 'link' })}>Link a login …</Button>}
    >
      {isGuest(identity) && (
        <p class="soft">
          {identity.Enabled
            ? 'A guest: it has no logins. With its first token it keeps this identity.'
            : 'It has no login any more: it was merged into another identity, or lost the last one.'}
        </p>
      )}
      <ul class="list">
        {identity.Logins.map((login) => (
          <li key={`${login.Provider} ${login.Subject}`}>
            <strong>{login.Subject}</strong>
            <span class="soft">at {login.Provider}</span>
            <Button
              kind="quiet"
              label={`Unlink ${login.Subject}`}
              onClick={() => ask({ to: 'unlink', login })}
            >
              Unlink …
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Actions({ identity, ask }: { readonly identity: Identity; readonly ask: (asking: Asking) => void }) {
  const isGone = !identity.Enabled && isGuest(identity);
  return (
    <Card title="Revoke, disable, merge or delete">
      <p class="soft">
        Revoking ends the sessions it has now. Disabling also refuses it new ones, until you enable it again.
        Merging gives the logins of two identities to one. Deleting takes the identity away: the same user
        gets another one next time.
      </p>
      <div class="actions below">
        {identity.Enabled && (
          <>
            <Button onClick={() => ask({ to: 'revoke' })}>Revoke its sessions …</Button>
            <Button onClick={() => ask({ to: 'disable' })}>Disable it …</Button>
            <Button onClick={() => ask({ to: 'merge' })}>Merge with another …</Button>
          </>
        )}
        {!identity.Enabled && !isGone && (
          <Button onClick={() => ask({ to: 'enable' })}>Enable it again …</Button>
        )}
        <Button kind="danger" onClick={() => ask({ to: 'delete' })}>
          Delete the identity …
        </Button>
      </div>
    </Card>
  );
}
