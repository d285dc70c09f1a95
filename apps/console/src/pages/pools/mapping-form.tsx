import { providerNameOf, type RoleMapping, type Rule } from '../../api/pools.ts';
import { Button } from '../../parts/button.tsx';
import { type Option, SelectField, TextField } from '../../parts/field.tsx';
import { Card } from '../../parts/page.tsx';
import { replaced, without } from './provider-rows.tsx';

const matchTypes: readonly { readonly value: Rule['MatchType']; readonly label: string }[] = [
  { value: 'Equals', label: 'is' },
  { value: 'Contains', label: 'contains' },
  { value: 'StartsWith', label: 'starts with' },
  { value: 'NotEqual', label: 'is not' },
];

/** The rules by which users of one provider get their role: the first that matches counts. */
export function MappingForm({
  provider,
  mapping,
  roles,
  onChange,
  onRemove,
}: {
  readonly provider: string;
  readonly mapping: RoleMapping;
  readonly roles: readonly Option[];
  readonly onChange: (mapping: RoleMapping) => void;
  readonly onRemove: () => void;
}) {
  const rules = mapping.RulesConfiguration?.Rules ?? [];
  const setRules = (Rules: readonly Rule[]): void => onChange({ ...mapping, RulesConfiguration: { Rules } });
  const another: Rule = { Claim: '', MatchType: 'Equals', Value: '', RoleARN: roles[0]?.value ?? '' };
  return (
    <Card
      title={`Users of ${providerNameOf(provider)}`}
      actions={
        <Button kind="quiet" label={`Remove the mapping of ${providerNameOf(provider)}`} onClick={onRemove}>
          Remove
        </Button>
      }
    >
      <div class="stack">
        <div class="row">
          <SelectField
            label="Their role is chosen by"
            value={mapping.Type}
            options={[
              { value: 'Rules', label: 'rules about their claims' },
              { value: 'Token', label: 'their token (cognito:preferred_role)' },
            ]}
            onChange={(type) => {
              const { RulesConfiguration, ...others } = mapping;
              const isRules = type === 'Rules';
              onChange({
                ...others,
                Type: isRules ? 'Rules' : 'Token',
                ...(isRules && { RulesConfiguration: { Rules: rules.length === 0 ? [another] : rules } }),
              });
            }}
          />
          <SelectField
            label="Where nothing fits"
            value={mapping.AmbiguousRoleResolution ?? 'Deny'}
            options={[
              { value: 'Deny', label: 'refuse them' },
              { value: 'AuthenticatedRole', label: 'the role for those signed in' },
            ]}
            onChange={(value) =>
              onChange({
                ...mapping,
                AmbiguousRoleResolution: value === 'AuthenticatedRole' ? 'AuthenticatedRole' : 'Deny',
              })
            }
          />
        </div>
        {mapping.Type === 'Rules' &&
          rules.map((rule, at) => (
            <RuleRow
              key={at}
              number={at + 1}
              rule={rule}
              roles={roles}
              onChange={(rule) => setRules(replaced(rules, at, rule))}
              {...(rules.length > 1 && { onRemove: () => setRules(without(rules, at)) })}
              {...(at > 0 && { onUp: () => setRules(movedUp(rules, at)) })}
            />
          ))}
        {mapping.Type === 'Rules' && rules.length < 25 && (
          <div>
            <Button onClick={() => setRules([...rules, another])}>Add a rule</Button>
          </div>
        )}
      </div>
    </Card>
  );
}

function RuleRow({
  number,
  rule,
  roles,
  onChange,
  onRemove,
  onUp,
}: {
  readonly number: number;
  readonly rule: Rule;
  readonly roles: readonly Option[];
  readonly onChange: (rule: Rule) => void;
  readonly onRemove?: () => void;
  readonly onUp?: () => void;
}) {
  return (
    <fieldset class="rule">
      <legend>Rule {number}</legend>
      <div class="row">
        <TextField
          label="Claim"
          value={rule.Claim}
          onInput={(Claim) => onChange({ ...rule, Claim })}
          placeholder="groups"
          required
          mono
        />
        <SelectField
          label="Comparison"
          value={rule.MatchType}
          options={matchTypes}
          onChange={(value) =>
            onChange({
              ...rule,
              MatchType: matchTypes.find((type) => type.value === value)?.value ?? 'Equals',
            })
          }
        />
        <TextField
          label="Value"
          value={rule.Value}
          onInput={(Value) => onChange({ ...rule, Value })}
          required
          mono
        />
        <SelectField
          label="Role"
          value={rule.RoleARN}
          options={roles}
          onChange={(RoleARN) => onChange({ ...rule, RoleARN })}
        />
        {onRemove && (
          <div class="row-end">
            {onUp && (
              <Button kind="quiet" label={`Move rule ${number} up`} onClick={onUp}>
                ↑
              </Button>
            )}
            <Button kind="quiet" label={`Remove rule ${number}`} onClick={onRemove}>
              Remove
            </Button>
          </div>
        )}
      </div>
    </fieldset>
  );
}

function movedUp(rules: readonly Rule[], at: number): readonly Rule[] {
  const moved = rules[at];
  return moved === undefined ? rules : without(rules, at).toSpliced(at - 1, 0, moved);
}
