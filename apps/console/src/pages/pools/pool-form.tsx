import { useState } from 'preact/hooks';
import type { Pool } from '../../api/pools.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { CheckField, TextField } from '../../parts/field.tsx';
import { useDoing } from '../../parts/load.tsx';
import { Failure } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { type Draft, draftOf, poolInput } from './draft.ts';
import { SocialProviders, UserPools } from './provider-rows.tsx';
import { RegisteredProviders } from './registered-providers.tsx';

export function CreatePool() {
  const { api, say } = useDesk();
  return (
    <PoolForm
      title="Create a pool"
      action="Create the pool"
      back={{ href: hrefOf('pools'), to: 'Pools' }}
      pool={{}}
      onSave={async (input) => {
        const { IdentityPoolId } = await api.cognito<Pool>('CreateIdentityPool', input);
        say('The pool is made. Give it a role next.');
        goTo('pools', IdentityPoolId, 'roles');
      }}
    />
  );
}

export function EditPool({ pool }: { readonly pool: Pool }) {
  const { api, say } = useDesk();
  const { IdentityPoolId, IdentityPoolTags } = pool;
  return (
    <PoolForm
      title={`Edit ${pool.IdentityPoolName}`}
      action="Save the pool"
      back={{ href: hrefOf('pools', IdentityPoolId), to: pool.IdentityPoolName }}
      pool={pool}
      onSave={async (input) => {
        await api.cognito('UpdateIdentityPool', { ...input, IdentityPoolId, IdentityPoolTags });
        say('The pool is saved.');
        goTo('pools', IdentityPoolId);
      }}
    />
  );
}

function PoolForm({
  title,
  action,
  back,
  pool,
  onSave,
}: {
  readonly title: string;
  readonly action: string;
  readonly back: { readonly href: string; readonly to: string };
  readonly pool: Partial<Pool>;
  readonly onSave: (input: object) => Promise<void>;
}) {
  const [draft, setDraft] = useState(() => draftOf(pool));
  const { busy, error, run } = useDoing();
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  return (
    <Page title={title} back={back}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(() => onSave(poolInput(draft)));
        }}
      >
        <Card title="The pool">
          <div class="stack">
            <TextField label="Name" value={draft.name} onInput={(name) => change({ name })} required />
            <CheckField
              label="Let guests in"
              hint="Anybody gets an identity without a token, and the role for guests."
              checked={draft.guests}
              onChange={(guests) => change({ guests })}
            />
            <CheckField
              label="Allow the classic flow"
              hint="Apps may take an OpenID token to STS and ask for a role themselves."
              checked={draft.classic}
              onChange={(classic) => change({ classic })}
            />
          </div>
        </Card>
        <RegisteredProviders
          oidc={draft.oidc}
          saml={draft.saml}
          onOidc={(oidc) => change({ oidc })}
          onSaml={(saml) => change({ saml })}
        />
        <Card title="Public providers">
          <SocialProviders rows={draft.social} onChange={(social) => change({ social })} />
        </Card>
        <Card title="Cognito user pools">
          <UserPools rows={draft.userPools} onChange={(userPools) => change({ userPools })} />
        </Card>
        <Card title="Your own backend">
          <TextField
            label="Developer provider name"
            hint="Your backend signs its users in with GetOpenIdTokenForDeveloperIdentity under this name. It stays as it is once set."
            placeholder="login.mycompany.app"
            value={draft.developer}
            onInput={(developer) => change({ developer })}
          />
        </Card>
        <Failure error={error} />
        <div class="actions">
          <Button type="submit" kind="primary" busy={busy}>
            {action}
          </Button>
          <a class="button" href={back.href}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}
