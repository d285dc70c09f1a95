import { useState } from 'preact/hooks';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { CheckField, SelectField, TextField } from '../../parts/field.tsx';
import { useDoing } from '../../parts/load.tsx';
import { Failure } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { PolicyEditor } from '../../parts/policy-editor.tsx';
import { PoolChoice } from '../../parts/pool-choice.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { type Purpose, trustPolicy } from './presets.ts';

/** A new role that a pool's identities may take. */
export function CreateRole({ pool }: { readonly pool: string }) {
  return (
    <Page title="Create a role" back={{ href: hrefOf('roles'), to: 'Roles' }}>
      <PoolChoice id={pool} onChange={(id) => goTo('roles', 'new', id)}>
        {({ IdentityPoolId }) => <Create key={IdentityPoolId} pool={IdentityPoolId} />}
      </PoolChoice>
    </Page>
  );
}

function Create({ pool }: { readonly pool: string }) {
  const { api, say } = useDesk();
  const [name, setName] = useState('');
  const [purpose, setPurpose] = useState<Purpose>('authenticated');
  const [isTagged, setTagged] = useState(false);
  const [trust, setTrust] = useState(() => trustPolicy(pool, 'authenticated', false));
  const { busy, error, run } = useDoing();
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(async () => {
            const RoleName = name.trim();
            await api.iam('CreateRole', { RoleName, AssumeRolePolicyDocument: trust });
            say('The role is made. Say what it allows next.');
            goTo('roles', RoleName);
          });
        }}
      >
        <TextField label="Name" value={name} onInput={setName} required />
        <SelectField
          label="For"
          value={purpose}
          options={[
            { value: 'authenticated', label: 'users who are signed in' },
            { value: 'unauthenticated', label: 'guests' },
          ]}
          onChange={(value) => {
            const chosen = value === 'unauthenticated' ? 'unauthenticated' : 'authenticated';
            setPurpose(chosen);
            setTrust(trustPolicy(pool, chosen, chosen === 'authenticated' && isTagged));
          }}
        />
        {purpose === 'authenticated' && (
          <CheckField
            label="Their sessions may carry principal tags"
            hint="Needed where the pool turns claims into tags."
            checked={isTagged}
            onChange={(isTagged) => {
              setTagged(isTagged);
              setTrust(trustPolicy(pool, purpose, isTagged));
            }}
          />
        )}
        <PolicyEditor label="Trust policy" kind="trust" value={trust} onInput={setTrust} />
        <Failure error={error} />
        <Button type="submit" kind="primary" busy={busy}>
          Create the role
        </Button>
      </form>
    </Card>
  );
}
