import { type PoolRoles, providerNameOf, type RoleMapping } from '../../api/pools.ts';
import { roleNameOf } from '../../api/roles.ts';
import { Badge } from '../../parts/notice.tsx';
import { Card } from '../../parts/page.tsx';
import { hrefOf } from '../../route.ts';

/** Who gets which role, as sentences. */
export function RolesCard({ roles, edit }: { readonly roles: PoolRoles; readonly edit: string }) {
  const { authenticated, unauthenticated } = roles.Roles;
  return (
    <Card
      title="Which role they get"
      actions={
        <a class="button small" href={edit}>
          Edit roles
        </a>
      }
    >
      <dl class="facts">
        <dt>Signed in</dt>
        <dd>{authenticated === undefined ? 'no role: refused' : <RoleLink arn={authenticated} />}</dd>
        <dt>Guests</dt>
        <dd>{unauthenticated === undefined ? 'no role: refused' : <RoleLink arn={unauthenticated} />}</dd>
      </dl>
      {Object.entries(roles.RoleMappings ?? {}).map(([provider, mapping]) => (
        <Mapping key={provider} provider={provider} mapping={mapping} />
      ))}
    </Card>
  );
}

export function RoleLink({ arn }: { readonly arn: string }) {
  return (
    <a href={hrefOf('roles', roleNameOf(arn))} title={arn}>
      {roleNameOf(arn)}
    </a>
  );
}

function Mapping({ provider, mapping }: { readonly provider: string; readonly mapping: RoleMapping }) {
  return (
    <div class="mapping">
      <h3>Users of {providerNameOf(provider)}</h3>
      <ol>
        {mapping.Type === 'Token' && <li>the role their token prefers</li>}
        {(mapping.RulesConfiguration?.Rules ?? []).map(({ Claim, MatchType, Value, RoleARN }) => (
          <li key={`${Claim} ${MatchType} ${Value} ${RoleARN}`}>
            <code>{Claim}</code> {words[MatchType]} <code>{Value}</code> → <RoleLink arn={RoleARN} />
          </li>
        ))}
        <li>
          otherwise{' '}
          {mapping.AmbiguousRoleResolution === 'AuthenticatedRole' ? (
            'the role for those signed in'
          ) : (
            <Badge tone="bad">refused</Badge>
          )}
        </li>
      </ol>
    </div>
  );
}

const words = { Equals: 'is', Contains: 'contains', StartsWith: 'starts with', NotEqual: 'is not' } as const;
