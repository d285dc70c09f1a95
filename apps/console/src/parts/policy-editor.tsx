import type { PolicyKind } from '@daypass/policy';
import { checkPolicy, indented } from '../api/policy-check.ts';
import { Button } from './button.tsx';
import { AreaField } from './field.tsx';

/** A policy's text, checked with the service's own rules while it is typed. */
export function PolicyEditor({
  label,
  kind,
  value,
  onInput,
  rows = Math.min(28, value.split('\n').length + 1),
}: {
  readonly label: string;
  readonly kind: PolicyKind;
  readonly value: string;
  readonly onInput: (text: string) => void;
  readonly rows?: number;
}) {
  const check = checkPolicy(value, kind);
  const where = check.valid
    ? []
    : [check.line === undefined ? '' : `line ${check.line}`, check.path].filter((part) => part !== '');
  return (
    <div class="stack">
      <AreaField
        label={label}
        value={value}
        onInput={onInput}
        rows={rows}
        mono
        required
        error={
          check.valid ? undefined : `${where.length === 0 ? '' : `${where.join(', ')}: `}${check.detail}`
        }
      />
      <div class="policy-foot" aria-live="polite">
        {check.valid ? (
          <span class="badge good">
            Valid, {check.statements} {check.statements === 1 ? 'statement' : 'statements'}
          </span>
        ) : (
          <span class="badge bad">Not a valid policy yet</span>
        )}
        <Button kind="quiet" onClick={() => onInput(indented(value))}>
          Indent
        </Button>
      </div>
    </div>
  );
}
