import type { Mismatch } from '../api/explain.ts';

/** Everything that kept a statement from applying: what it wants, and what came. */
export function Mismatches({ mismatches }: { readonly mismatches: readonly Mismatch[] }) {
  return (
    <ul class="mismatches">
      {mismatches.map(({ Element, Operator, Key, Wanted, Resolved, Actual, Reason }) => (
        <li key={`${Element} ${Operator} ${Key}`}>
          <strong>
            {Element === 'Condition' ? (
              <>
                {Operator} <code>{Key}</code>
              </>
            ) : (
              Element
            )}
          </strong>
          <dl>
            <dt>wanted</dt>
            <dd>
              <Values values={Resolved ?? Wanted} />
            </dd>
            <dt>came</dt>
            <dd>{Actual.length === 0 ? 'nothing' : <Values values={Actual} />}</dd>
          </dl>
          {Reason !== undefined && <p class="soft">{Reason}</p>}
        </li>
      ))}
    </ul>
  );
}

function Values({ values }: { readonly values: readonly string[] }) {
  return (
    <>
      {values.map((value, at) => (
        <span key={value}>
          {at > 0 && ' or '}
          <code>{value}</code>
        </span>
      ))}
    </>
  );
}
