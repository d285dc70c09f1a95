import { useState } from 'preact/hooks';
import { providerNameOf } from '../../api/pools.ts';
import { membersAt, textAt } from '../../api/xml.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { CheckField, TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Card } from '../../parts/page.tsx';

/** The OpenID Connect and SAML providers that IAM knows, to choose from; a new OpenID provider can be registered. */
export function RegisteredProviders({
  oidc,
  saml,
  onOidc,
  onSaml,
}: {
  readonly oidc: readonly string[];
  readonly saml: readonly string[];
  readonly onOidc: (arns: readonly string[]) => void;
  readonly onSaml: (arns: readonly string[]) => void;
}) {
  const { api } = useDesk();
  const [registering, setRegistering] = useState(false);
  const [known, reload] = useLoaded(async () => {
    const [ofOidc, ofSaml] = await Promise.all([
      api.iam('ListOpenIDConnectProviders'),
      api.iam('ListSAMLProviders'),
    ]);
    return {
      oidc: membersAt(ofOidc, 'OpenIDConnectProviderList').map((provider) => textAt(provider, 'Arn')),
      saml: membersAt(ofSaml, 'SAMLProviderList').map((provider) => textAt(provider, 'Arn')),
    };
  }, 'providers');
  return (
    <Card
      title="OpenID Connect and SAML providers"
      actions={<Button onClick={() => setRegistering(true)}>Register an OpenID provider …</Button>}
    >
      <Show what="the providers" loaded={known}>
        {(known) => (
          <div class="stack">
            {known.oidc.length + known.saml.length === 0 && (
              <p class="soft">
                None is registered yet. Any issuer with a discovery document counts: Keycloak, Auth0, Okta,
                Entra ID, or your own. SAML providers are registered with{' '}
                <code>aws iam create-saml-provider</code>.
              </p>
            )}
            {[...new Set([...known.oidc, ...oidc])].map((arn) => (
              <Choice key={arn} arn={arn} chosen={oidc} onChange={onOidc} />
            ))}
            {[...new Set([...known.saml, ...saml])].map((arn) => (
              <Choice key={arn} arn={arn} chosen={saml} onChange={onSaml} />
            ))}
          </div>
        )}
      </Show>
      {registering && (
        <Register
          onClose={() => setRegistering(false)}
          onRegistered={(arn) => {
            reload();
            onOidc([...oidc, arn]);
          }}
        />
      )}
    </Card>
  );
}

function Choice({
  arn,
  chosen,
  onChange,
}: {
  readonly arn: string;
  readonly chosen: readonly string[];
  readonly onChange: (arns: readonly string[]) => void;
}) {
  return (
    <CheckField
      label={providerNameOf(arn)}
      hint={arn.includes(':saml-provider/') ? 'SAML' : 'OpenID Connect'}
      checked={chosen.includes(arn)}
      onChange={(checked) => onChange(checked ? [...chosen, arn] : chosen.filter((other) => other !== arn))}
    />
  );
}

function Register({
  onClose,
  onRegistered,
}: {
  readonly onClose: () => void;
  readonly onRegistered: (arn: string) => void;
}) {
  const { api, say } = useDesk();
  const [url, setUrl] = useState('https://');
  const [clients, setClients] = useState('');
  return (
    <Dialog
      title="Register an OpenID provider"
      action="Register"
      onClose={onClose}
      onSubmit={async () => {
        const ClientIDList = clients.split(/[\s,]+/).filter((id) => id !== '');
        const answer = await api.iam('CreateOpenIDConnectProvider', { Url: url.trim(), ClientIDList });
        say('The provider is registered.');
        onRegistered(textAt(answer, 'OpenIDConnectProviderArn'));
      }}
    >
      <TextField
        label="Issuer"
        hint="As the tokens have it in iss; its discovery document is below it."
        value={url}
        onInput={setUrl}
        required
        mono
      />
      <TextField
        label="Client IDs"
        hint="Whom tokens may be issued to (aud), with commas in between."
        value={clients}
        onInput={setClients}
        required
        mono
      />
    </Dialog>
  );
}
