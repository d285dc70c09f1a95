import { useState } from 'preact/hooks';
import { providerNameOf } from '../../api/pools.ts';
import { membersAt, textAt } from '../../api/xml.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { AreaField, CheckField, TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Card } from '../../parts/page.tsx';

/** The OpenID Connect and SAML providers that IAM knows, to choose from; new ones can be registered. */
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
  const [registering, register] = useState<'oidc' | 'saml'>();
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
      actions={
        <>
          <Button onClick={() => register('oidc')}>Register an OpenID provider …</Button>
          <Button onClick={() => register('saml')}>Register a SAML provider …</Button>
        </>
      }
    >
      <Show what="the providers" loaded={known}>
        {(known) => (
          <div class="stack">
            {known.oidc.length + known.saml.length === 0 && (
              <p class="soft">
                None is registered yet. Any issuer with a discovery document counts: Keycloak, Auth0, Okta,
                Entra ID, or your own. A SAML provider is registered by its metadata.
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
      {registering === 'saml' && (
        <RegisterSaml
          onClose={() => register(undefined)}
          onRegistered={(arn) => {
            reload();
            onSaml([...saml, arn]);
          }}
        />
      )}
      {registering === 'oidc' && (
        <RegisterOidc
          onClose={() => register(undefined)}
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

interface Registering {
  readonly onClose: () => void;
  readonly onRegistered: (arn: string) => void;
}

function RegisterOidc({ onClose, onRegistered }: Registering) {
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

function RegisterSaml({ onClose, onRegistered }: Registering) {
  const { api, say } = useDesk();
  const [name, setName] = useState('');
  const [metadata, setMetadata] = useState('');
  return (
    <Dialog
      title="Register a SAML provider"
      action="Register"
      wide
      onClose={onClose}
      onSubmit={async () => {
        const input = { Name: name.trim(), SAMLMetadataDocument: metadata };
        const answer = await api.iam('CreateSAMLProvider', input);
        say('The provider is registered.');
        onRegistered(textAt(answer, 'SAMLProviderArn'));
      }}
    >
      <TextField
        label="Name"
        hint="Letters, digits, full stops, dashes; it stands at the end of its ARN."
        value={name}
        onInput={setName}
        required
      />
      <AreaField
        label="Metadata"
        hint="The XML document that the provider publishes: its entity id, and the certificates it signs with."
        rows={10}
        value={metadata}
        onInput={setMetadata}
        required
        mono
      />
    </Dialog>
  );
}
