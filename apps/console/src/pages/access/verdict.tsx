import type { Explanation, StatementExplanation } from '@daypass/policy';
import { useEffect, useRef } from 'preact/hooks';
import type { Permission } from '../../api/explain.ts';
import { Mismatches } from '../../parts/mismatches.tsx';
import { Badge } from '../../parts/notice.tsx';
import { type Question, statementsOf } from './decide.ts';

const layers: Readonly<Record<string, string>> = {
  identity: 'the role’s policies',
  boundary: 'the role’s permissions boundary',
  session: 'the limits of guests',
};

/** Yes or no, because of which statement; and what every other statement had to do with it. */
export function Verdict({
  question,
  explanation: { decision, statements },
  served,
}: {
  readonly question: Question;
  readonly explanation: Explanation;
  readonly served: Permission | undefined;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [question]);
  const allowed = served?.Allowed ?? decision.allowed;
  const effect = served?.Effect ?? decision.effect;
  const layer = layers[served?.Layer ?? decision.layer] ?? decision.layer;
  const because = {
    Allow: `A statement of ${layer} allows it, and nothing denies it.`,
    ExplicitDeny: `A statement of ${layer} denies it, whatever else allows it.`,
    ImplicitDeny: `No statement of ${layer} allows it, so it is denied.`,
  }[effect];
  const isDeciding = (statement: StatementExplanation): boolean =>
    effect === decision.effect &&
    decision.statement?.source === statement.source &&
    decision.statement.index === statement.index;
  const policies = [...question.policies, ...(question.boundary === undefined ? [] : [question.boundary])];
  const textOf = ({ source, index }: StatementExplanation): string => {
    const policy = policies.find(({ name }) => name === source);
    return (policy && statementsOf(policy)[index]) ?? '';
  };
  return (
    <section class={`card verdict ${allowed ? 'good' : 'bad'}`}>
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {allowed ? 'Allowed' : 'Denied'}
        </h2>
        <p>{because}</p>
      </header>
      {question.guest && served === undefined && (
        <p class="soft">
          For another role than the pool’s, or with condition keys, the limits of guests are not looked at
          here.
        </p>
      )}
      {statements.length === 0 && <p class="soft">The role has no statements at all.</p>}
      <ol class="statements">
        {statements.map((statement) => (
          <li
            key={`${statement.layer} ${statement.source} ${statement.index}`}
            class={isDeciding(statement) ? 'deciding' : ''}
          >
            <p class="statement-head">
              <Badge tone={statement.effect === 'Allow' ? 'good' : 'bad'}>{statement.effect}</Badge>
              <strong>
                {statement.source}
                {statement.sid === undefined ? `, statement ${statement.index + 1}` : `: ${statement.sid}`}
              </strong>
              <span class="soft">
                {isDeciding(statement)
                  ? 'this one decides'
                  : statement.matched
                    ? 'applies'
                    : 'does not apply'}
              </span>
            </p>
            <pre>{textOf(statement)}</pre>
            <Mismatches
              mismatches={statement.mismatches.map(
                ({ element, operator, key, wanted, resolved, actual, reason }) => ({
                  Element: element,
                  Wanted: resolved ?? wanted,
                  Actual: actual,
                  ...(operator !== undefined && { Operator: operator }),
                  ...(key !== undefined && { Key: key }),
                  ...(reason !== undefined && { Reason: reason }),
                }),
              )}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
