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
  const rank = (statement: StatementExplanation): number =>
    isDeciding(statement) ? -1 : statement.mismatches.length;
  const policies = [...question.policies, ...(question.boundary === undefined ? [] : [question.boundary])];
  const textOf = ({ source, index }: StatementExplanation): string => {
    const policy = policies.find(({ name }) => name === source);
    return (policy && statementsOf(policy)[index]) ?? '';
  };
  const inOrder = statements.toSorted((a, b) => rank(a) - rank(b));
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
        {inOrder.map((statement) => (
          <OneStatement
            key={`${statement.layer} ${statement.source} ${statement.index}`}
            statement={statement}
            text={textOf(statement)}
            isDeciding={isDeciding(statement)}
            // A statement that only just does not apply is probably the one that was meant to.
            isOpen={statement.matched || (!allowed && statement.mismatches.length === 1)}
          />
        ))}
      </ol>
    </section>
  );
}

function OneStatement({
  statement,
  text,
  isDeciding,
  isOpen,
}: {
  readonly statement: StatementExplanation;
  readonly text: string;
  readonly isDeciding: boolean;
  readonly isOpen: boolean;
}) {
  const { effect, source, sid, index, matched, mismatches } = statement;
  const others = mismatches.map(({ element, key }) => key ?? element).join(', ');
  return (
    <li class={isDeciding ? 'deciding' : ''}>
      <details open={isOpen}>
        <summary>
          <Badge tone={effect === 'Allow' ? 'good' : 'bad'}>{effect}</Badge> {source}
          {sid === undefined ? `, statement ${index + 1}` : `: ${sid}`}{' '}
          <span class="soft">
            {isDeciding ? 'this one decides' : matched ? 'applies' : `does not apply: ${others}`}
          </span>
        </summary>
        <pre>{text}</pre>
        <Mismatches
          mismatches={mismatches.map(({ element, operator, key, wanted, resolved, actual, reason }) => ({
            Element: element,
            Wanted: resolved ?? wanted,
            Actual: actual,
            ...(operator !== undefined && { Operator: operator }),
            ...(key !== undefined && { Key: key }),
            ...(reason !== undefined && { Reason: reason }),
          }))}
        />
      </details>
    </li>
  );
}
