import { useEffect, useRef } from 'preact/hooks';
import type { AccessAnswer, JudgedStatement, SessionAccess, Verdict } from '../../api/explain.ts';
import { roleNameOf } from '../../api/roles.ts';
import { Mismatches } from '../../parts/mismatches.tsx';
import { Badge, Notice } from '../../parts/notice.tsx';
import { hrefOf } from '../../route.ts';
import { policiesIn } from './policies-in.ts';

/** Yes or no for every session that can come about, each because of which statement. */
export function Answer({ answer }: { readonly answer: AccessAnswer }) {
  const { Enabled = true, Sessions, Undetermined } = answer;
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => first.current?.querySelector('h2')?.focus(), [answer]);
  return (
    <div ref={first}>
      {!Enabled && (
        <div class="above">
          <Notice tone="warn" title="The identity is disabled">
            It gets no session at all until it is enabled again. This is what its policies say.
          </Notice>
        </div>
      )}
      {Sessions.length === 0 && (
        <section class="card verdict bad">
          <header>
            <h2 tabIndex={-1}>No session</h2>
            <p>The pool has no role for it.</p>
          </header>
        </section>
      )}
      {Sessions.map((session) => (
        <OneSession key={session.RoleArn} session={session} />
      ))}
      {Undetermined.length > 0 && (
        <Notice tone="plain" title="Not known beforehand">
          <ul>
            {Undetermined.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

function OneSession({ session }: { readonly session: SessionAccess }) {
  const isVerdict = 'Effect' in session;
  const allowed = isVerdict && session.Allowed;
  return (
    <section class={`card verdict ${allowed ? 'good' : 'bad'}`}>
      <header>
        <h2 tabIndex={-1}>{allowed ? 'Allowed' : isVerdict ? 'Denied' : 'No session'}</h2>
        <p>{isVerdict ? reasonOf(session) : `The role is refused: ${session.Refused}`}</p>
      </header>
      <p>
        As <a href={hrefOf('roles', roleNameOf(session.RoleArn))}>{roleNameOf(session.RoleArn)}</a>,{' '}
        {session.Because}.
      </p>
      {isVerdict && <Policies verdict={session} />}
    </section>
  );
}

const layers: Readonly<Record<string, string>> = {
  identity: 'the role’s policies',
  boundary: 'the role’s permissions boundary',
  session: 'the session’s own policy, such as the limits of guests',
};

function reasonOf({ Effect, Layer }: Verdict): string {
  const layer = layers[Layer] ?? Layer;
  return {
    Allow: `A statement of ${layer} allows it, and nothing denies it.`,
    ExplicitDeny: `A statement of ${layer} denies it, whatever else allows it.`,
    ImplicitDeny: `No statement of ${layer} allows it, so it is denied.`,
  }[Effect];
}

/** The text of every policy, with the statement that decides marked, and what kept the others from applying. */
function Policies({ verdict }: { readonly verdict: Verdict }) {
  const { Statements, PrincipalTags = {}, Denial, Allowed } = verdict;
  const tags = Object.entries(PrincipalTags);
  return (
    <>
      {tags.length > 0 && (
        <p class="soft">Tagged with {tags.map(([name, value]) => `${name} = ${value}`).join(', ')}.</p>
      )}
      {Denial !== undefined && <p class="told">The app is told: {Denial}</p>}
      {Statements.length === 0 && <p class="soft">The role has no statements at all.</p>}
      {policiesIn(Statements).map(({ source, statements }) => (
        <figure class="policy" key={source}>
          <figcaption>{source}</figcaption>
          <ol>
            {statements.map((statement) => (
              <OneStatement key={statement.Index} statement={statement} isDenied={!Allowed} />
            ))}
          </ol>
        </figure>
      ))}
    </>
  );
}

function OneStatement({
  statement,
  isDenied,
}: {
  readonly statement: JudgedStatement;
  readonly isDenied: boolean;
}) {
  const { Effect, Sid, Index, Matched, Decides, Mismatches: mismatches, Text } = statement;
  const others = mismatches.map(({ Element, Key }) => Key ?? Element).join(', ');
  return (
    <li class={Decides ? 'deciding' : ''}>
      <p class="statement-head">
        <Badge tone={Effect === 'Allow' ? 'good' : 'bad'}>{Effect}</Badge>{' '}
        <strong>{Sid ?? `Statement ${Index + 1}`}</strong>{' '}
        <span class="soft">
          {Decides ? 'this one decides' : Matched ? 'applies' : `does not apply: ${others}`}
        </span>
      </p>
      {Text !== undefined && <pre>{Decides ? <mark>{Text}</mark> : Text}</pre>}
      {mismatches.length > 0 && (
        // A statement that only just does not apply is probably the one that was meant to.
        <details open={isDenied && mismatches.length === 1}>
          <summary>What it wants, and what came</summary>
          <Mismatches mismatches={mismatches} />
        </details>
      )}
    </li>
  );
}
