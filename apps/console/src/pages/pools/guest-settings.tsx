import { useState } from 'preact/hooks';
import type { PoolSettings } from '../../api/pools.ts';
import type { WholePool } from '../../api/whole-pool.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { type Option, SelectField } from '../../parts/field.tsx';
import { Card } from '../../parts/page.tsx';
import { PolicyEditor } from '../../parts/policy-editor.tsx';

const limits = {
  AWS: 'As on AWS: the services that Cognito lets guests use, whatever their role allows',
  NONE: 'Nothing but their role limits guests',
  POLICY: 'A policy of your own limits guests',
} as const;

const checks = {
  REFUSE: 'refuse these logins',
  SKIP: 'take them without that check',
} as const;

const lifetimes = [
  { value: '', label: 'As on AWS: one hour' },
  { value: '900', label: '15 minutes' },
  { value: '1800', label: '30 minutes' },
  { value: '14400', label: '4 hours' },
  { value: '28800', label: '8 hours' },
  { value: '43200', label: '12 hours' },
];

const expiries = [
  { value: '', label: 'As on AWS: for good' },
  { value: '86400', label: 'a day' },
  { value: '604800', label: 'a week' },
  { value: '2592000', label: '30 days' },
  { value: '7776000', label: '90 days' },
  { value: '31536000', label: 'a year' },
];

/** The words for a number of seconds among those offered. */
function labelOf(options: readonly Option[], seconds: number | undefined): string {
  const value = String(seconds ?? '');
  return options.find((option) => option.value === value)?.label ?? `${value} seconds`;
}

/** Keeps a number that is none of those offered to be seen. */
function withCurrent(options: readonly Option[], seconds: number | undefined): readonly Option[] {
  const label = labelOf(options, seconds);
  return options.some((option) => option.label === label)
    ? options
    : [...options, { value: String(seconds), label }];
}

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
        <dd>{labelOf(lifetimes, settings.CredentialLifetime)}</dd>
        <dt>Guests who stay away are kept</dt>
        <dd>{labelOf(expiries, settings.GuestExpiry)}</dd>
        {settings.ServerSideTokenCheck === 'SKIP' && (
          <>
            <dt>Tokens of user pools that want a check at AWS</dt>
            <dd>{checks.SKIP}</dd>
          </>
        )}
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
  const [expiry, setExpiry] = useState(String(settings.GuestExpiry ?? ''));
  const [check, setCheck] = useState<string>(settings.ServerSideTokenCheck);
  return (
    <Dialog
      title="Guests and sessions"
      action="Save"
      wide
      onClose={onClose}
      onSubmit={async () => {
        // What is set is replaced as a whole, so everything that is not edited here goes back as it came.
        const { CredentialLifetime, GuestPolicy, GuestScopeDown, GuestExpiry, ...others } = settings;
        await api.daypass('SetPoolSettings', {
          IdentityPoolId: id,
          Settings: {
            ...others,
            GuestScopeDown: limit,
            ServerSideTokenCheck: check,
            ...(limit === 'POLICY' && { GuestPolicy: policy }),
            ...(lifetime !== '' && { CredentialLifetime: Number(lifetime) }),
            ...(expiry !== '' && { GuestExpiry: Number(expiry) }),
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
        options={withCurrent(lifetimes, settings.CredentialLifetime)}
      />
      <SelectField
        label="How long guests are kept who stay away"
        hint="A guest who was not seen for so long is deleted; whoever has signed in once is no guest."
        value={expiry}
        onChange={setExpiry}
        options={withCurrent(expiries, settings.GuestExpiry)}
      />
      <SelectField
        label="User pools that want their users’ tokens checked at AWS"
        hint="Only AWS can say whether such a user has signed out meanwhile."
        value={check}
        onChange={setCheck}
        options={Object.entries(checks).map(([value, label]) => ({ value, label }))}
      />
    </Dialog>
  );
}
