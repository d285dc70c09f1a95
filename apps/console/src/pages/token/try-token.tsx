import { useState } from 'preact/hooks';
import type { Explanation } from '../../api/explain.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { AreaField, TextField } from '../../parts/field.tsx';
import { useDoing } from '../../parts/load.tsx';
import { Failure, Progress } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { PoolChoice } from '../../parts/pool-choice.tsx';
import { goTo } from '../../route.ts';
import { EarlierRefusal } from './earlier-refusal.tsx';
import { loginKeyOf, readClaims } from './jwt.ts';
import { Steps } from './steps.tsx';

/** Why an exchange would go as it does, without making it. */
export function TryToken({ pool }: { readonly pool: string }) {
  return (
    <Page
      title="Try a token"
      lead="Paste a token to see every step of its exchange, and why it is refused. Nothing is written and no credentials are made."
    >
      <PoolChoice id={pool} onChange={(id) => goTo('token', id)}>
        {({ IdentityPoolId }) => <Try key={IdentityPoolId} pool={IdentityPoolId} />}
      </PoolChoice>
      <EarlierRefusal />
    </Page>
  );
}

function Try({ pool }: { readonly pool: string }) {
  const { api } = useDesk();
  const [token, setToken] = useState('');
  const [key, setKey] = useState('');
  const [identity, setIdentity] = useState('');
  const [role, setRole] = useState('');
  const [explanation, setExplanation] = useState<Explanation>();
  const { busy, error, run } = useDoing();
  const claims = readClaims(token.trim());
  return (
    <>
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setExplanation(undefined);
            run(async () => {
              const answer = await api.daypass<Explanation>('ExplainFederation', {
                IdentityPoolId: pool,
                ...(token.trim() !== '' && { Logins: { [key.trim()]: token.trim() } }),
                ...(identity.trim() !== '' && { IdentityId: identity.trim() }),
                ...(role.trim() !== '' && { CustomRoleArn: role.trim() }),
              });
              setExplanation(answer);
            });
          }}
        >
          <AreaField
            label="Token"
            hint="An ID token, an access token of Facebook or Amazon, a SAML assertion in base64; nothing for a guest."
            rows={5}
            value={token}
            onInput={(text) => {
              setToken(text);
              const found = loginKeyOf(text.trim());
              if (found !== undefined) setKey(found);
            }}
            mono
          />
          <TextField
            label="Login key"
            hint="Read from the token where it says who issued it."
            placeholder="accounts.google.com"
            value={key}
            onInput={setKey}
            required={token.trim() !== ''}
            mono
          />
          <details>
            <summary>More: identity and role</summary>
            <div class="row below">
              <TextField label="Identity id" value={identity} onInput={setIdentity} mono />
              <TextField label="Role asked for (CustomRoleArn)" value={role} onInput={setRole} mono />
            </div>
          </details>
          {claims !== undefined && (
            <details>
              <summary>What the token says (not verified)</summary>
              <div class="below">
                <Code what="the claims" text={JSON.stringify(claims, undefined, 2)} />
              </div>
            </details>
          )}
          <Failure error={error} />
          <Button type="submit" kind="primary" busy={busy}>
            {token.trim() === '' ? 'Try as a guest' : 'Try the token'}
          </Button>
        </form>
      </Card>
      {busy && <Progress>Going through the exchange …</Progress>}
      {explanation !== undefined && <Steps explanation={explanation} />}
    </>
  );
}
