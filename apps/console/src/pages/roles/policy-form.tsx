import type { PolicyKind } from '@daypass/policy';
import { useState } from 'preact/hooks';
import { checkPolicy, indented } from '../../api/policy-check.ts';
import { Button } from '../../parts/button.tsx';
import { useDoing } from '../../parts/load.tsx';
import { Failure } from '../../parts/notice.tsx';
import { PolicyEditor } from '../../parts/policy-editor.tsx';

/** A policy that is there already, to be changed; it can be saved once it is valid and another. */
export function PolicyForm({
  label,
  kind,
  text: stored,
  onSave,
}: {
  readonly label: string;
  readonly kind: PolicyKind;
  readonly text: string;
  readonly onSave: (text: string) => Promise<void>;
}) {
  const [text, setText] = useState(() => indented(stored));
  const { busy, error, run } = useDoing();
  const isChanged = indented(text) !== indented(stored);
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        run(() => onSave(text));
      }}
    >
      <PolicyEditor label={label} kind={kind} value={text} onInput={setText} />
      <Failure error={error} />
      {isChanged && (
        <div class="actions">
          <Button type="submit" kind="primary" busy={busy} disabled={!checkPolicy(text, kind).valid}>
            Save
          </Button>
          <Button onClick={() => setText(indented(stored))}>Undo</Button>
        </div>
      )}
    </form>
  );
}
