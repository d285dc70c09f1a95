import { useState } from 'preact/hooks';
import { type Pool, type PoolRoles, providerNameOf, type RoleMapping } from '../../api/pools.ts';
import { listRoles, roleNameOf } from '../../api/roles.ts';
import type { WholePool } from '../../api/whole-pool.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { type Option, SelectField } from '../../parts/field.tsx';
import { Show, useDoing, useLoaded } from '../../parts/load.tsx';
import { Failure, Notice } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { MappingForm } from './mapping-form.tsx';

/** Which role a pool's identities get: the two standard ones, and mappings by provider. */
export function EditRoles({ whole }: { readonly whole: WholePool }) {
  const { api } = useDesk();
  const { pool } = whole;
  const [roles] = useLoaded(() => listRoles(api), 'roles');
  return (
    <Page
      title={`Roles of ${pool.IdentityPoolName}`}
      back={{ href: hrefOf('pools', pool.IdentityPoolId), to: pool.IdentityPoolName }}
      lead="What identities of this pool may do follows from the role they get."
    >
      <Show what="the roles" loaded={roles}>
        {(roles) => (
          <>
            {roles.length === 0 && (
              <Notice tone="warn" title="There are no roles yet">
                <a href={hrefOf('roles', 'new', pool.IdentityPoolId)}>Make a role</a> that trusts this pool
                first.
              </Notice>
            )}
            <RolesForm
              whole={whole}
              options={roles.map(({ arn }) => ({ value: arn, label: roleNameOf(arn) }))}
            />
          </>
        )}
      </Show>
    </Page>
  );
}

type Mappings = Readonly<Record<string, RoleMapping>>;

function RolesForm({ whole, options }: { readonly whole: WholePool; readonly options: readonly Option[] }) {
  const { api, say } = useDesk();
  const { pool, roles } = whole;
  const [given, setGiven] = useState<PoolRoles['Roles']>(roles.Roles);
  const [mappings, setMappings] = useState<Mappings>(roles.RoleMappings ?? {});
  const [provider, setProvider] = useState('');
  const { busy, error, run } = useDoing();
  const free = loginKeys(pool).filter((key) => mappings[key] === undefined);
  const none = { value: '', label: 'None: refuse them' };
  const choose = (kind: keyof PoolRoles['Roles'], arn: string): void => {
    const { [kind]: _, ...others } = given;
    setGiven(arn === '' ? others : { ...others, [kind]: arn });
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        run(async () => {
          const { IdentityPoolId } = pool;
          await api.cognito('SetIdentityPoolRoles', { IdentityPoolId, Roles: given, RoleMappings: mappings });
          say('The roles are saved.');
          goTo('pools', IdentityPoolId);
        });
      }}
    >
      <Card title="Standard roles">
        <div class="row">
          <SelectField
            label="Those who are signed in"
            value={given.authenticated ?? ''}
            options={[none, ...options]}
            onChange={(arn) => choose('authenticated', arn)}
          />
          <SelectField
            label="Guests"
            value={given.unauthenticated ?? ''}
            options={[none, ...options]}
            onChange={(arn) => choose('unauthenticated', arn)}
          />
        </div>
      </Card>
      {Object.entries(mappings).map(([key, mapping]) => (
        <MappingForm
          key={key}
          provider={key}
          mapping={mapping}
          roles={options}
          onChange={(mapping) => setMappings({ ...mappings, [key]: mapping })}
          onRemove={() =>
            setMappings(Object.fromEntries(Object.entries(mappings).filter(([other]) => other !== key)))
          }
        />
      ))}
      <Card title="Add a mapping">
        {free.length === 0 ? (
          <p class="soft">
            {loginKeys(pool).length === 0
              ? 'A mapping gives users of one provider another role than the standard one. Give the pool a provider first.'
              : 'Every provider of the pool has its mapping.'}
          </p>
        ) : (
          <div class="row">
            <SelectField
              label="For users of"
              value={provider === '' ? (free[0] ?? '') : provider}
              options={free.map((value) => ({ value, label: providerNameOf(value) }))}
              onChange={setProvider}
            />
            <Button
              onClick={() => {
                const key = free.includes(provider) ? provider : (free[0] ?? '');
                setMappings({ ...mappings, [key]: firstMapping(options[0]?.value ?? '') });
                setProvider('');
              }}
            >
              Add the mapping
            </Button>
          </div>
        )}
      </Card>
      <Failure error={error} />
      <div class="actions">
        <Button type="submit" kind="primary" busy={busy}>
          Save the roles
        </Button>
        <a class="button" href={hrefOf('pools', pool.IdentityPoolId)}>
          Cancel
        </a>
      </div>
    </form>
  );
}

function firstMapping(RoleARN: string): RoleMapping {
  return {
    Type: 'Rules',
    AmbiguousRoleResolution: 'Deny',
    RulesConfiguration: { Rules: [{ Claim: '', MatchType: 'Equals', Value: '', RoleARN }] },
  };
}

/** What mappings of a pool are keyed by: a user pool together with its client, a registered provider by its ARN. */
function loginKeys(pool: Pool): readonly string[] {
  return [
    ...Object.keys(pool.SupportedLoginProviders ?? {}),
    ...(pool.CognitoIdentityProviders ?? []).map(
      ({ ProviderName, ClientId }) => `${ProviderName}:${ClientId}`,
    ),
    ...(pool.OpenIdConnectProviderARNs ?? []),
    ...(pool.SamlProviderARNs ?? []),
  ];
}
