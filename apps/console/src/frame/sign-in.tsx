import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { useDoing, useLoaded } from '../parts/load.tsx';
import { Failure, Notice } from '../parts/notice.tsx';
import { configuration, type Session, signIn } from '../session.ts';
import { AccountSignIn } from '../sign-in/account-sign-in.tsx';
import { Skyline } from './skyline.tsx';

export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: Session) => void }) {
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secretAccessKey, setSecretAccessKey] = useState('');
  const [sessionToken, setSessionToken] = useState('');
  const { busy, error, run } = useDoing();
  const [configured] = useLoaded(configuration, '');
  const provider = configured.state === 'there' && isSecureContext ? configured.value.signIn : undefined;
  useEffect(() => {
    document.title = 'Sign in – Daypass';
  }, []);
  return (
    <main class="door">
      <Skyline />
      <form
        class="door-pass"
        onSubmit={(event) => {
          event.preventDefault();
          const token = sessionToken.trim();
          const key = {
            accessKeyId: accessKeyId.trim(),
            secretAccessKey: secretAccessKey.trim(),
            ...(token !== '' && { sessionToken: token }),
          };
          run(async () => onSignedIn(await signIn(key)));
        }}
      >
        <p class="pass-kind">Daypass console</p>
        <h1>Operators’ entrance</h1>
        <p class="soft">
          {provider === undefined ? 'Sign in with an' : 'Sign in with your account, or with an'}{' '}
          administrator’s access key. The key stays in this tab until you close it, and signs your requests
          here in the browser.
        </p>
        {provider !== undefined && <AccountSignIn provider={provider} onSignedIn={onSignedIn} />}
        {!isSecureContext && (
          <Notice tone="warn" title="This page needs https">
            Browsers sign requests on https and on localhost only.
          </Notice>
        )}
        <TextField
          label="Access key ID"
          value={accessKeyId}
          onInput={setAccessKeyId}
          placeholder="AKIA…"
          autocomplete="username"
          required
          mono
        />
        <TextField
          label="Secret access key"
          secret
          value={secretAccessKey}
          onInput={setSecretAccessKey}
          autocomplete="current-password"
          required
          mono
        />
        <details>
          <summary>Temporary credentials</summary>
          <TextField label="Session token" value={sessionToken} onInput={setSessionToken} mono />
        </details>
        <Failure error={error} />
        <Button type="submit" kind={provider === undefined ? 'primary' : 'plain'} busy={busy}>
          {busy ? 'Checking the key …' : 'Sign in'}
        </Button>
        <details>
          <summary>Where do I find a key?</summary>
          <p class="soft">
            The first start of the service writes the root key to <code>.daypass/credentials</code>, below the
            folder that <code>--data</code> names. For everyday work make a user of your own:{' '}
            <code>aws iam create-access-key --user-name …</code>
          </p>
        </details>
      </form>
    </main>
  );
}
