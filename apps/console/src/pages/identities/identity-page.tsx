import { useState } from 'preact/hooks';
import { type Identity, isGuest, type Login, readIdentity } from '../../api/identities.ts';
import type { Pool } from '../../api/pools.ts';
import { useDesk } from '../../frame/desk.ts';
import { Button, CopyButton } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Badge } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { goTo, hrefOf } from '../../route.ts';

type Asking =
  | { readonly to: 'revoke' | 'delete' | 'link' }
  | { readonly to: 'unlink'; readonly login: Login };

/** Everything about one identity. */
export function IdentityPage({ pool, id }: { readonly pool: string; readonly id: string }) {
  const { api } = useDesk();
  const [loaded, reload] = useLoaded(async () => {
    const [identity, described] = await Promise.all([
      readIdentity(api, pool, id),
      api.cognito<Pool>('DescribeIdentityPool', { IdentityPoolId: pool }),
    ]);
    return { identity, pool: described };
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
        <a class="button" href={hrefOf('access', pool, id)}>
          What may it do?
        </a>
      }
    >
      <Show what="the identity" loaded={loaded}>
        {({ identity, pool }) => (
          <>
            <div class="columns">
              <Facts identity={identity} pool={pool} />
              <Logins identity={identity} pool={pool} ask={ask} />
            </div>
            <Card title="Revoke or delete">
              <p class="soft">
                Revoking ends the sessions that this identity has now; with a valid token it gets new ones.
                Deleting takes the identity away: the same user gets another one next time.
              </p>
              <div class="actions below">
                <Button onClick={() => ask({ to: 'revoke' })}>Revoke its sessions …</Button>
                <Button kind="danger" onClick={() => ask({ to: 'delete' })}>
                  Delete the identity …
                </Button>
              </div>
            </Card>
            {asking && (
              <Asked asking={asking} pool={pool} id={id} onClose={() => ask(undefined)} onChanged={reload} />
            )}
          </>
        )}
      </Show>
    </Page>
  );
}

function Facts({ identity, pool }: { readonly identity: Identity; readonly pool: Pool }) {
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

function Logins({
  identity,
  pool,
  ask,
}: {
  readonly identity: Identity;
  readonly pool: Pool;
  readonly ask: (asking: Asking) => void;
}) {
  return (
    <Card title="Logins" actions={<Button onClick={() => ask({ to: 'link' })}>Link a login …</Button>}>
      {isGuest(identity) && (
        <p class="soft">A guest: it has no logins. With its first token it keeps this identity.</p>
      )}
      <ul class="list">
        {identity.Logins.map((login) => (
          <li key={`${login.Provider} ${login.Subject}`}>
            <strong>{login.Subject}</strong>
            <span class="soft">at {login.Provider}</span>
            {login.Provider === pool.DeveloperProviderName && (
              <Button
                kind="quiet"
                label={`Unlink ${login.Subject}`}
                onClick={() => ask({ to: 'unlink', login })}
              >
                Unlink …
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Asked({
  asking,
  pool: { IdentityPoolId, IdentityPoolName },
  id: IdentityId,
  onClose,
  onChanged,
}: {
  readonly asking: Asking;
  readonly pool: Pool;
  readonly id: string;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const { api, say } = useDesk();
  const [provider, setProvider] = useState('');
  const [subject, setSubject] = useState('');
  switch (asking.to) {
    case 'revoke':
      return (
        <Dialog
          title="Revoke its sessions?"
          action="Revoke"
          danger
          onClose={onClose}
          onSubmit={async () => {
            await api.daypass('RevokeSessions', { IdentityId });
            say('Its sessions until now are revoked.');
          }}
        >
          <p>Credentials that this identity holds now are refused from this moment on.</p>
        </Dialog>
      );
    case 'delete':
      return (
        <Dialog
          title="Delete this identity?"
          action="Delete for good"
          danger
          onClose={onClose}
          onSubmit={async () => {
            await api.cognito('DeleteIdentities', { IdentityIdsToDelete: [IdentityId] });
            say('The identity is deleted.');
            goTo('identities', IdentityPoolId);
          }}
        >
          <p>
            Its user gets a new identity in {IdentityPoolName} the next time, and does not reach what is
            stored under <code>{IdentityId}</code> any more.
          </p>
        </Dialog>
      );
    case 'link':
      return (
        <Dialog
          title="Link a login"
          action="Link"
          onClose={onClose}
          onSubmit={async () => {
            await api.daypass('LinkLogin', {
              IdentityPoolId,
              IdentityId,
              Provider: provider.trim(),
              Subject: subject.trim(),
            });
            say('The login is linked.');
            onChanged();
          }}
        >
          <p class="soft">On your word, without a token: this user gets this identity from now on.</p>
          <TextField label="Provider" value={provider} onInput={setProvider} required mono />
          <TextField label="Subject" value={subject} onInput={setSubject} required mono />
        </Dialog>
      );
    case 'unlink':
      return (
        <Dialog
          title={`Unlink ${asking.login.Subject}?`}
          action="Unlink"
          danger
          onClose={onClose}
          onSubmit={async () => {
            await api.cognito('UnlinkDeveloperIdentity', {
              IdentityId,
              IdentityPoolId,
              DeveloperProviderName: asking.login.Provider,
              DeveloperUserIdentifier: asking.login.Subject,
            });
            say('The login is unlinked.');
            onChanged();
          }}
        >
          <p>This user of your backend gets another identity the next time.</p>
        </Dialog>
      );
  }
}
