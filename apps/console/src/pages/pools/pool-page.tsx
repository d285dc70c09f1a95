import { useState } from 'preact/hooks';
import { type Pool, providerNameOf } from '../../api/pools.ts';
import type { WholePool } from '../../api/whole-pool.ts';
import { useDesk } from '../../desk.ts';
import { Button, CopyButton } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import { Badge } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { awsCli, cloudFormation, terraform } from '../../templates/pool-templates.ts';
import { GuestSettings } from './guest-settings.tsx';
import { RolesCard } from './roles-card.tsx';
import { TagsCard } from './tags-card.tsx';

/** Everything about one pool. */
export function PoolPage({
  whole,
  onChanged,
}: {
  readonly whole: WholePool;
  readonly onChanged: () => void;
}) {
  const { pool, roles, tagMaps } = whole;
  const { IdentityPoolId: id, IdentityPoolName: name } = pool;
  const [asking, ask] = useState<'delete' | 'revoke'>();
  return (
    <Page
      title={name}
      back={{ href: hrefOf('pools'), to: 'Pools' }}
      lead={
        <>
          <code>{id}</code> <CopyButton text={id} what="the pool’s id" />
        </>
      }
      actions={
        <>
          <a class="button" href={hrefOf('identities', id)}>
            Identities
          </a>
          <a class="button" href={hrefOf('token', id)}>
            Try a token
          </a>
          <a class="button primary" href={hrefOf('pools', id, 'edit')}>
            Edit
          </a>
        </>
      }
    >
      <div class="columns">
        <Providers pool={pool} />
        <RolesCard roles={roles} edit={hrefOf('pools', id, 'roles')} />
      </div>
      <div class="columns">
        <GuestSettings whole={whole} onChanged={onChanged} />
        <TagsCard maps={tagMaps} edit={hrefOf('pools', id, 'tags')} />
      </div>
      <Card title="The same as code">
        <Tabs
          label="Kinds of code"
          tabs={[
            {
              name: 'CloudFormation',
              show: () => <Code what="the CloudFormation template" text={cloudFormation(whole)} />,
            },
            { name: 'Terraform', show: () => <Code what="the Terraform file" text={terraform(whole)} /> },
            {
              name: 'AWS CLI',
              show: () => <Code what="the commands" text={awsCli(whole, location.origin)} />,
            },
          ]}
        />
      </Card>
      <Card title="Revoke or delete">
        <p class="soft">
          Revoking ends every session of this pool that was given out until now; whoever is still entitled
          gets a new one. Deleting takes the pool with all its identities away for good.
        </p>
        <div class="actions below">
          <Button onClick={() => ask('revoke')}>Revoke all sessions …</Button>
          <Button kind="danger" onClick={() => ask('delete')}>
            Delete the pool …
          </Button>
        </div>
      </Card>
      {asking === 'revoke' && <RevokePool id={id} onClose={() => ask(undefined)} />}
      {asking === 'delete' && <DeletePool pool={pool} onClose={() => ask(undefined)} />}
    </Page>
  );
}

function Providers({ pool }: { readonly pool: Pool }) {
  const rows = [
    ...Object.entries(pool.SupportedLoginProviders ?? {}).map(([name, id]) => ({
      kind: 'Public',
      name,
      detail: id,
    })),
    ...(pool.OpenIdConnectProviderARNs ?? []).map((arn) => ({
      kind: 'OpenID Connect',
      name: providerNameOf(arn),
      detail: arn,
    })),
    ...(pool.CognitoIdentityProviders ?? []).map(({ ProviderName, ClientId }) => ({
      kind: 'User pool',
      name: ProviderName,
      detail: `client ${ClientId}`,
    })),
    ...(pool.SamlProviderARNs ?? []).map((arn) => ({
      kind: 'SAML',
      name: providerNameOf(arn),
      detail: arn,
    })),
    ...(pool.DeveloperProviderName === undefined
      ? []
      : [
          {
            kind: 'Developer',
            name: pool.DeveloperProviderName,
            detail: 'users that your own backend vouches for',
          },
        ]),
  ];
  return (
    <Card title="Who may come in">
      {rows.length === 0 && !pool.AllowUnauthenticatedIdentities && (
        <p class="soft">
          Nobody yet: edit the pool and name a provider whose tokens count, or let guests in.
        </p>
      )}
      <ul class="list">
        {rows.map(({ kind, name, detail }) => (
          <li key={detail}>
            <Badge tone="plain">{kind}</Badge>
            <strong>{name}</strong>
            <span class="soft">{detail}</span>
          </li>
        ))}
        <li>
          <Badge tone={pool.AllowUnauthenticatedIdentities ? 'warn' : 'plain'}>Guests</Badge>
          <strong>{pool.AllowUnauthenticatedIdentities ? 'Let in without a token' : 'Turned away'}</strong>
        </li>
        <li>
          <Badge tone="plain">Classic flow</Badge>
          <strong>{pool.AllowClassicFlow ? 'Allowed' : 'Off'}</strong>
        </li>
      </ul>
    </Card>
  );
}

function RevokePool({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { api, say } = useDesk();
  return (
    <Dialog
      title="Revoke all sessions of this pool?"
      action="Revoke"
      danger
      onClose={onClose}
      onSubmit={async () => {
        await api.daypass('RevokeSessions', { IdentityPoolId: id });
        say('Every session until now is revoked.');
      }}
    >
      <p>
        Apps have to exchange their tokens again. Users who are still signed in at their provider notice a
        short pause.
      </p>
    </Dialog>
  );
}

function DeletePool({ pool, onClose }: { readonly pool: Pool; readonly onClose: () => void }) {
  const { api, say } = useDesk();
  const [typed, type] = useState('');
  return (
    <Dialog
      title={`Delete ${pool.IdentityPoolName}?`}
      action="Delete for good"
      danger
      onClose={onClose}
      onSubmit={async () => {
        if (typed !== pool.IdentityPoolName) throw new Error('This is not the name of the pool.');
        await api.cognito('DeleteIdentityPool', { IdentityPoolId: pool.IdentityPoolId });
        say(`${pool.IdentityPoolName} is deleted.`);
        goTo('pools');
      }}
    >
      <p>All its identities go with it: users who come back get a new identity and do not find their data.</p>
      <TextField
        label={`Type the pool’s name, ${pool.IdentityPoolName}`}
        value={typed}
        onInput={type}
        required
      />
    </Dialog>
  );
}
