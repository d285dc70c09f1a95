import { Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Explanation, Step, TrustStatement } from '../../api/explain.ts';
import { Icon } from '../../parts/icons.tsx';
import { Mismatches } from '../../parts/mismatches.tsx';
import { Badge } from '../../parts/notice.tsx';

const titles: Readonly<Record<Step['Step'], string>> = {
  Pool: 'The pool exists',
  Token: 'The token proves who it is',
  Identity: 'The identity is settled',
  Role: 'A role is chosen',
  Trust: 'The role trusts this identity',
  Session: 'A session would begin',
};
const order = ['Pool', 'Token', 'Identity', 'Role', 'Trust', 'Session'] as const;

/** An exchange step by step: green as far as it goes, red where it ends, grey for what was not reached. */
export function Steps({ explanation }: { readonly explanation: Explanation }) {
  const { Steps: steps = [], PrincipalTags = {} } = explanation;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [explanation]);
  const refused = steps.find(({ Outcome }) => Outcome === 'refused');
  const hasToken = steps.some(({ Step }) => Step === 'Token');
  const last = order.indexOf(steps.at(-1)?.Step ?? 'Pool');
  const unreached = order.slice(last + 1).filter((name) => name !== 'Token' || hasToken);
  const tags = Object.entries(PrincipalTags);
  return (
    <section class="card">
      <header class="card-head">
        <h2 ref={heading} tabIndex={-1}>
          {refused === undefined ? 'This exchange would work' : 'This exchange would be refused'}
        </h2>
        <Badge tone={refused === undefined ? 'good' : 'bad'}>{refused?.Error?.Code ?? 'Allowed'}</Badge>
      </header>
      <ol class="steps">
        {steps.map((step, at) => (
          <OneStep key={`${step.Step} ${at}`} step={step} />
        ))}
        {refused !== undefined &&
          unreached.map((name) => (
            <li key={name} class="step unreached">
              <span class="step-mark" aria-hidden="true" />
              <div>
                <h3>{titles[name]}</h3>
                <p class="soft">Not reached</p>
              </div>
            </li>
          ))}
      </ol>
      {tags.length > 0 && (
        <>
          <h3>Principal tags</h3>
          <dl class="facts">
            {tags.map(([name, value]) => (
              <Fragment key={name}>
                <dt>{name}</dt>
                <dd>
                  <code>{value}</code>
                </dd>
              </Fragment>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function OneStep({ step }: { readonly step: Step }) {
  const isFine = step.Outcome === 'ok';
  return (
    <li class={`step ${isFine ? 'good' : 'bad'}`}>
      <span class="step-mark">
        <Icon name={isFine ? 'check' : 'cross'} />
      </span>
      <div>
        <h3>
          {titles[step.Step]} <span class="visually-hidden">{isFine ? '(passed)' : '(refused)'}</span>
        </h3>
        <p>{step.Detail}</p>
        {step.Error && (
          <p class="told">
            The app is told: <code>{step.Error.Code}</code> {step.Error.Message}
          </p>
        )}
        {step.Statements && step.Statements.length > 0 && (
          <details open={!isFine}>
            <summary>Statements of the trust policy</summary>
            <ol class="trust">
              {step.Statements.map((statement, at) => (
                <Trust key={`${statement.Source} ${at}`} statement={statement} number={at + 1} />
              ))}
            </ol>
          </details>
        )}
      </div>
    </li>
  );
}

function Trust({ statement, number }: { readonly statement: TrustStatement; readonly number: number }) {
  const { Sid, Effect, Matched, Mismatches: mismatches } = statement;
  return (
    <li>
      <p>
        <Badge tone={Effect === 'Allow' ? 'good' : 'bad'}>{Effect}</Badge> {Sid ?? `Statement ${number}`}:{' '}
        {Matched ? 'applies' : 'does not apply'}
      </p>
      <Mismatches mismatches={mismatches} />
    </li>
  );
}
