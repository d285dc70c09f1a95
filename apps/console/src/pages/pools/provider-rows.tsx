import { Button } from '../../parts/button.tsx';
import { CheckField, SelectField, TextField } from '../../parts/field.tsx';
import { type Draft, socialProviders } from './draft.ts';

/** The rows without the one at a place, or with another in its place. */
export function without<Row>(rows: readonly Row[], at: number): readonly Row[] {
  return rows.filter((_, index) => index !== at);
}

export function replaced<Row>(rows: readonly Row[], at: number, row: Row): readonly Row[] {
  return rows.map((before, index) => (index === at ? row : before));
}

/** Google, Apple and others, each with the id that they know the app by. */
export function SocialProviders({
  rows,
  onChange,
}: {
  readonly rows: Draft['social'];
  readonly onChange: (rows: Draft['social']) => void;
}) {
  const free = socialProviders.filter(({ value }) => rows.every(({ provider }) => provider !== value));
  return (
    <div class="stack">
      {rows.length === 0 && (
        <p class="soft">Google, Apple, Facebook, Amazon: with the client id of your app there.</p>
      )}
      {rows.map((row, at) => (
        <div class="row" key={row.provider}>
          <SelectField
            label="Provider"
            value={row.provider}
            options={socialProviders.filter(
              (option) => option.value === row.provider || free.some(({ value }) => value === option.value),
            )}
            onChange={(provider) => onChange(replaced(rows, at, { ...row, provider }))}
          />
          <TextField
            label="Client ID"
            value={row.appId}
            onInput={(appId) => onChange(replaced(rows, at, { ...row, appId }))}
            required
            mono
          />
          <Button kind="quiet" label={`Remove ${row.provider}`} onClick={() => onChange(without(rows, at))}>
            Remove
          </Button>
        </div>
      ))}
      {free[0] !== undefined && (
        <div>
          <Button onClick={() => onChange([...rows, { provider: free[0]?.value ?? '', appId: '' }])}>
            Add a public provider
          </Button>
        </div>
      )}
    </div>
  );
}

export function UserPools({
  rows,
  onChange,
}: {
  readonly rows: Draft['userPools'];
  readonly onChange: (rows: Draft['userPools']) => void;
}) {
  return (
    <div class="stack">
      {rows.length === 0 && (
        <p class="soft">A user pool of Cognito, on AWS or wherever its issuer is reached.</p>
      )}
      {rows.map((row, at) => (
        <fieldset key={at}>
          <legend class="visually-hidden">User pool {at + 1}</legend>
          <div class="row">
            <TextField
              label="Provider name"
              placeholder="cognito-idp.us-east-1.amazonaws.com/us-east-1_…"
              value={row.provider}
              onInput={(provider) => onChange(replaced(rows, at, { ...row, provider }))}
              required
              mono
            />
            <TextField
              label="App client ID"
              value={row.clientId}
              onInput={(clientId) => onChange(replaced(rows, at, { ...row, clientId }))}
              required
              mono
            />
            <Button
              kind="quiet"
              label={`Remove user pool ${at + 1}`}
              onClick={() => onChange(without(rows, at))}
            >
              Remove
            </Button>
          </div>
          <CheckField
            label="Ask the user pool whether the user is still signed in"
            hint="Only AWS can answer that: here such logins are refused unless the pool’s settings skip the check."
            checked={row.check}
            onChange={(check) => onChange(replaced(rows, at, { ...row, check }))}
          />
        </fieldset>
      ))}
      <div>
        <Button onClick={() => onChange([...rows, { provider: '', clientId: '', check: false }])}>
          Add a user pool
        </Button>
      </div>
    </div>
  );
}
