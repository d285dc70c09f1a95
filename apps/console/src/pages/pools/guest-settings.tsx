import { useState } from 'preact/hooks';
import type { PoolSettings, WholePool } from '../../api/pools.ts';
import { useDesk } from '../../frame/desk.ts';
import { Button } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { SelectField } from '../../parts/field.tsx';
import { Card } from '../../parts/page.tsx';
import { PolicyEditor } from '../../parts/policy-editor.tsx';

const limits = {
  AWS: 'As on AWS: the services that Cognito lets guests use, whatever their role allows',
  NONE: 'Nothing but their role limits guests',
  POLICY: 'A policy of your own limits guests',
} as const;

const lifetimes = [
  { value: '', label: 'As on AWS: one hour' },
  { value: '900', label: '15 minutes' },
  { value: '1800', label: '30 minutes' },
  { value: '14400', label: '4 hours' },
  { value: '28800', label: '8 hours' },
  { value: '43200', label: '12 hours' },
];

/** What a pool does beyond Cognito: how guests are limited, and how long credentials live. */
export function GuestSettings({
  whole,
  onChanged,
}: {
  readonly whole: WholePool;
  readonly onChanged: () => void;
}) {
  const { settings } = whole;
  const [editing, setEditing] = useState(false);
  const lifetime = String(settings.CredentialLifetime ?? '');
  return (
    <Card
      title="Guests and sessions"
      actions={
        <Button kind="plain" onClick={() => setEditing(true)}>
          Edit settings
        </Button>
      }
    >
      <dl class="facts">
        <dt>Guests</dt>
        <dd>{limits[settings.GuestScopeDown]}</dd>
        <dt>Credentials live</dt>
        <dd>{lifetimes.find(({ value }) => value === lifetime)?.label ?? `${lifetime} seconds`}</dd>
      </dl>
      {settings.GuestPolicy !== undefined && <Code what="the guests’ policy" text={settings.GuestPolicy} />}
      {editing && (
        <Edit
          id={whole.pool.IdentityPoolId}
          settings={settings}
          onClose={() => setEditing(false)}
          onChanged={onChanged}
        />
      )}
    </Card>
  );
}

const firstPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }
  ]
}`;

function Edit({
  id,
  settings,
  onClose,
  onChanged,
}: {
  readonly id: string;
  readonly settings: PoolSettings;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const { api, say } = useDesk();
  const [limit, setLimit] = useState<string>(settings.GuestScopeDown);
  const [policy, setPolicy] = useState(settings.GuestPolicy ?? firstPolicy);
  const [lifetime, setLifetime] = useState(String(settings.CredentialLifetime ?? ''));
  return (
    <Dialog
      title="Guests and sessions"
      action="Save"
      wide
      onClose={onClose}
      onSubmit={async () => {
        // What is set is replaced as a whole, so everything that is not edited here goes back as it came.
        const { CredentialLifetime, GuestPolicy, GuestScopeDown, ...others } = settings;
        await api.daypass('SetPoolSettings', {
          IdentityPoolId: id,
          Settings: {
            ...others,
            GuestScopeDown: limit,
            ...(limit === 'POLICY' && { GuestPolicy: policy }),
            ...(lifetime !== '' && { CredentialLifetime: Number(lifetime) }),
          },
        });
        say('The settings are saved.');
        onChanged();
      }}
    >
      <SelectField
        label="What limits guests"
        value={limit}
        onChange={setLimit}
        options={Object.entries(limits).map(([value, label]) => ({ value, label }))}
      />
      {limit === 'POLICY' && (
        <PolicyEditor
          label="The guests’ policy"
          kind="session"
          rows={10}
          value={policy}
          onInput={setPolicy}
        />
      )}
      <SelectField
        label="How long credentials live"
        hint="A role’s own maximum still holds."
        value={lifetime}
        onChange={setLifetime}
        options={lifetimes}
      />
    </Dialog>
  );
}
