import { useState } from 'preact/hooks';
import { indented } from '../../api/policy-check.ts';
import { policiesOfRole, type Role, type RolePolicy, readRoleOf } from '../../api/roles.ts';
import { useDesk } from '../../desk.ts';
import { Button, CopyButton } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Badge } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { PolicyEditor } from '../../parts/policy-editor.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { PolicyForm } from './policy-form.tsx';
import { ownFolder } from './presets.ts';

type Asking =
  | { readonly to: 'add' | 'revoke' | 'delete' }
  | { readonly to: 'delete-policy'; readonly policy: string };

/** One role: who may take it, and what it allows. */
export function RolePage({ name }: { readonly name: string }) {
  const { api, say } = useDesk();
  const [asking, ask] = useState<Asking>();
  const [loaded, reload] = useLoaded(async () => {
    const [role, policies] = await Promise.all([readRoleOf(api, name), policiesOfRole(api, name)]);
    return { role, policies };
  }, name);
  return (
    <Page
      title={name}
      back={{ href: hrefOf('roles'), to: 'Roles' }}
      actions={
        <a class="button" href={hrefOf('access', '', '', name)}>
          What does it allow?
        </a>
      }
    >
      <Show what="the role" loaded={loaded}>
        {({ role, policies }) => (
          <>
            <p class="role-arn">
              <code>{role.arn}</code> <CopyButton text={role.arn} what="the role’s ARN" />
            </p>
            <Card title="Who may take it">
              <PolicyForm
                label="Trust policy"
                kind="trust"
                text={role.trustPolicy}
                onSave={async (PolicyDocument) => {
                  await api.iam('UpdateAssumeRolePolicy', { RoleName: name, PolicyDocument });
                  say('The trust policy is saved.');
                  reload();
                }}
              />
            </Card>
            {policies.map((policy) => (
              <OnePolicy key={policy.name} role={role} policy={policy} ask={ask} onSaved={reload} />
            ))}
            <Card title={policies.length === 0 ? 'It allows nothing yet' : 'More'}>
              <p class="soft">
                Inline policies belong to this role alone. Revoking ends every session of this role until now;
                deleting takes the role and its inline policies away.
              </p>
              <div class="actions below">
                <Button kind="primary" onClick={() => ask({ to: 'add' })}>
                  Add a policy …
                </Button>
                <Button onClick={() => ask({ to: 'revoke' })}>Revoke its sessions …</Button>
                <Button kind="danger" onClick={() => ask({ to: 'delete' })}>
                  Delete the role …
                </Button>
              </div>
            </Card>
            {asking && (
              <Asked
                asking={asking}
                role={role}
                policies={policies}
                onClose={() => ask(undefined)}
                onChanged={reload}
              />
            )}
          </>
        )}
      </Show>
    </Page>
  );
}

function OnePolicy({
  role,
  policy,
  ask,
  onSaved,
}: {
  readonly role: Role;
  readonly policy: RolePolicy;
  readonly ask: (asking: Asking) => void;
  readonly onSaved: () => void;
}) {
  const { api, say } = useDesk();
  if (policy.kind === 'managed') {
    return (
      <Card title={policy.name} actions={<Badge tone="plain">Managed</Badge>}>
        <Code what={`the policy ${policy.name}`} text={indented(policy.document)} />
      </Card>
    );
  }
  return (
    <Card
      title={`Policy ${policy.name}`}
      actions={
        <Button
          kind="quiet"
          label={`Delete the policy ${policy.name}`}
          onClick={() => ask({ to: 'delete-policy', policy: policy.name })}
        >
          Delete …
        </Button>
      }
    >
      <PolicyForm
        label={`What ${policy.name} allows`}
        kind="identity"
        text={policy.document}
        onSave={async (PolicyDocument) => {
          await api.iam('PutRolePolicy', { RoleName: role.name, PolicyName: policy.name, PolicyDocument });
          say(`${policy.name} is saved; sessions feel it at once.`);
          onSaved();
        }}
      />
    </Card>
  );
}

function Asked({
  asking,
  role: { name: RoleName, arn: RoleArn },
  policies,
  onClose,
  onChanged,
}: {
  readonly asking: Asking;
  readonly role: Role;
  readonly policies: readonly RolePolicy[];
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const { api, say } = useDesk();
  const [policyName, setPolicyName] = useState('');
  const [text, setText] = useState(ownFolder);
  switch (asking.to) {
    case 'add':
      return (
        <Dialog
          title="Add a policy"
          action="Add"
          wide
          onClose={onClose}
          onSubmit={async () => {
            await api.iam('PutRolePolicy', { RoleName, PolicyName: policyName.trim(), PolicyDocument: text });
            say('The policy is added.');
            onChanged();
          }}
        >
          <TextField label="Name" value={policyName} onInput={setPolicyName} required />
          <PolicyEditor label="Policy" kind="identity" value={text} onInput={setText} />
        </Dialog>
      );
    case 'delete-policy':
      return (
        <Dialog
          title={`Delete the policy ${asking.policy}?`}
          action="Delete"
          danger
          onClose={onClose}
          onSubmit={async () => {
            await api.iam('DeleteRolePolicy', { RoleName, PolicyName: asking.policy });
            say(`${asking.policy} is deleted.`);
            onChanged();
          }}
        >
          <p>What it allowed is refused from this moment on, to live sessions too.</p>
        </Dialog>
      );
    case 'revoke':
      return (
        <Dialog
          title="Revoke every session of this role?"
          action="Revoke"
          danger
          onClose={onClose}
          onSubmit={async () => {
            await api.daypass('RevokeSessions', { RoleArn });
            say('Every session of the role until now is revoked.');
          }}
        >
          <p>Apps have to exchange their tokens again.</p>
        </Dialog>
      );
    case 'delete':
      return (
        <Dialog
          title={`Delete ${RoleName}?`}
          action="Delete for good"
          danger
          onClose={onClose}
          onSubmit={async () => {
            // IAM deletes a role only once it has no policies.
            for (const { kind, name } of policies) {
              if (kind === 'inline') await api.iam('DeleteRolePolicy', { RoleName, PolicyName: name });
              else await api.iam('DetachRolePolicy', { RoleName, PolicyArn: name });
            }
            await api.iam('DeleteRole', { RoleName });
            say(`${RoleName} is deleted.`);
            goTo('roles');
          }}
        >
          <p>
            Its sessions can do nothing any more, and pools that give it out refuse until they have another
            role.
          </p>
        </Dialog>
      );
  }
}
