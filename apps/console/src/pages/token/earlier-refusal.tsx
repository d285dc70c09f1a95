import { useState } from 'preact/hooks';
import type { Refusal } from '../../api/explain.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import { useDoing } from '../../parts/load.tsx';
import { Failure, Notice } from '../../parts/notice.tsx';
import { Card } from '../../parts/page.tsx';

/** The reason behind a refusal that somebody else has seen, by the request id that came with it. */
export function EarlierRefusal() {
  const { api } = useDesk();
  const [id, setId] = useState('');
  const [refusal, setRefusal] = useState<Refusal>();
  const { busy, error, run } = useDoing();
  return (
    <Card title="Somebody was refused?">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setRefusal(undefined);
          run(async () => {
            const RequestId = id.trim();
            const answer = await api.daypass<{ Refusal: Refusal }>('ExplainFederation', { RequestId });
            setRefusal(answer.Refusal);
          });
        }}
      >
        <TextField
          label="Request id"
          hint="AWS SDKs show it with the error; it is the header x-amzn-requestid. The latest refusals are remembered."
          value={id}
          onInput={setId}
          required
          mono
        />
        <Failure error={error} />
        {refusal !== undefined && (
          <Notice tone="plain" title={`${refusal.Operation}: ${refusal.Code}`}>
            <p>{refusal.Message}</p>
            <p>
              <b>Because:</b> {refusal.Reason ?? 'the message says it all'}
            </p>
          </Notice>
        )}
        <Button type="submit" busy={busy}>
          Say why
        </Button>
      </form>
    </Card>
  );
}
