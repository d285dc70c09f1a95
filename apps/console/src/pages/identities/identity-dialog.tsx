import { useState } from 'preact/hooks';
import { type Identity, isGuest, type Login } from '../../api/identities.ts';
import type { Pool } from '../../api/pools.ts';
import { useDesk } from '../../desk.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import { goTo } from '../../route.ts';
import { MergeDialog } from './merge-dialog.tsx';

/** What an administrator is about to do with an identity. */
export type Asking = { readonly to: 'merge' } | { readonly to: 'link' } | Confirmed;

type Confirmed =
  | { readonly to: 'revoke' | 'disable' | 'enable' | 'delete' }
  | { readonly to: 'unlink'; readonly login: Login };

interface Asked {
  readonly pool: Pool;
  readonly identity: Identity;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Asks once more, and does it. */
export function IdentityDialog({ asking, ...asked }: Asked & { readonly asking: Asking }) {
  if (asking.to === 'merge') return <MergeDialog {...asked} />;
  if (asking.to === 'link') return <LinkDialog {...asked} />;
  return <ConfirmDialog asking={asking} {...asked} />;
}

function ConfirmDialog({
  asking,
  pool,
  identity,
  onClose,
  onChanged,
}: Asked & { readonly asking: Confirmed }) {
  const { api, say } = useDesk();
  const { IdentityPoolId, IdentityPoolName } = pool;
  const { IdentityId } = identity;
  const named = { IdentityPoolId, IdentityId };
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
            onChanged();
          }}
        >
          <p>
            Credentials that this identity holds now are refused from this moment on. With a valid token it
            gets new ones.
          </p>
        </Dialog>
      );
    case 'disable':
      return (
        <Dialog
          title="Disable this identity?"
          action="Disable"
          danger
          onClose={onClose}
          onSubmit={async () => {
            await api.daypass('DisableIdentity', named);
            say('The identity is disabled.');
            onChanged();
          }}
        >
          <p>
            Its sessions end, and it is refused whatever token it shows. Its logins stay its own, so its user
            does not get another identity instead.
          </p>
          {isGuest(identity) && <p>It is a guest, without any login: it can never be enabled again.</p>}
        </Dialog>
      );
    case 'enable':
      return (
        <Dialog
          title="Enable this identity again?"
          action="Enable"
          onClose={onClose}
          onSubmit={async () => {
            await api.daypass('EnableIdentity', named);
            say('The identity is enabled.');
            onChanged();
          }}
        >
          <p>Whoever has one of its logins comes in again. Sessions that have ended stay ended.</p>
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
    case 'unlink':
      return (
        <Dialog
          title={`Unlink ${asking.login.Subject}?`}
          action="Unlink"
          danger
          onClose={onClose}
          onSubmit={async () => {
            await api.daypass('UnlinkLogin', { ...named, ...asking.login });
            say('The login is unlinked.');
            onChanged();
          }}
        >
          <p>
            This user of {asking.login.Provider} gets another identity the next time, and the sessions of this
            one end.
          </p>
          {identity.Logins.length === 1 && (
            <p>It is the last login: without it the identity is disabled for good.</p>
          )}
        </Dialog>
      );
  }
}

function LinkDialog({ pool, identity, onClose, onChanged }: Asked) {
  const { api, say } = useDesk();
  const [provider, setProvider] = useState('');
  const [subject, setSubject] = useState('');
  return (
    <Dialog
      title="Link a login"
      action="Link"
      onClose={onClose}
      onSubmit={async () => {
        await api.daypass('LinkLogin', {
          IdentityPoolId: pool.IdentityPoolId,
          IdentityId: identity.IdentityId,
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
}
