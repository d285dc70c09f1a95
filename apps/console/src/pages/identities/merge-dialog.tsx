import { useState } from 'preact/hooks';
import { type Identity, isGuest, readIdentity } from '../../api/identities.ts';
import type { Pool } from '../../api/pools.ts';
import { useDesk } from '../../desk.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { goTo } from '../../route.ts';

/** Merges an identity with another one of its pool; which of the two goes on is the administrator's choice. */
export function MergeDialog({
  pool: { IdentityPoolId },
  identity: { IdentityId },
  onClose,
  onChanged,
}: {
  readonly pool: Pool;
  readonly identity: Identity;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const { api, say } = useDesk();
  const [typed, type] = useState('');
  const [survivor, setSurvivor] = useState('this');
  const other = typed.trim();
  const isWhole = /^[\w-]+:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(other) && other !== IdentityId;
  return (
    <Dialog
      title="Merge with another identity"
      action="Merge"
      danger
      onClose={onClose}
      onSubmit={async () => {
        const [Source, Destination] = survivor === 'this' ? [other, IdentityId] : [IdentityId, other];
        await api.daypass('MergeIdentities', {
          IdentityPoolId,
          SourceIdentityId: Source,
          DestinationIdentityId: Destination,
        });
        say('The identities are merged.');
        if (survivor === 'this') onChanged();
        else goTo('identities', IdentityPoolId, other);
      }}
    >
      <p class="soft">
        For a user who came in twice. One identity gets all logins and goes on; the other is disabled for
        good, and its sessions end. What apps keep under its id stays there: move it yourself.
      </p>
      <TextField label="The other identity’s id" value={typed} onInput={type} required mono />
      {isWhole && <Other pool={IdentityPoolId} id={other} />}
      <SelectField
        label="Which one goes on"
        value={survivor}
        options={[
          { value: 'this', label: `this one, …${IdentityId.slice(-12)}` },
          { value: 'other', label: isWhole ? `the other one, …${other.slice(-12)}` : 'the other one' },
        ]}
        onChange={setSurvivor}
      />
    </Dialog>
  );
}

/** Whom the id belongs to, so that nobody is merged by a slip. */
function Other({ pool, id }: { readonly pool: string; readonly id: string }) {
  const { api } = useDesk();
  const [loaded] = useLoaded(() => readIdentity(api, pool, id), id);
  return (
    <Show what="the other identity" loaded={loaded}>
      {(identity) =>
        isGuest(identity) ? (
          <p>The other one is {identity.Enabled ? 'a guest' : 'disabled, without any login'}.</p>
        ) : (
          <ul class="list">
            {identity.Logins.map(({ Provider, Subject }) => (
              <li key={`${Provider} ${Subject}`}>
                <strong>{Subject}</strong>
                <span class="soft">at {Provider}</span>
              </li>
            ))}
          </ul>
        )
      }
    </Show>
  );
}
