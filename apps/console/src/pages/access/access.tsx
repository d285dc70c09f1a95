import { useState } from 'preact/hooks';
import type { AccessAnswer } from '../../api/explain.ts';
import { listRoles } from '../../api/roles.ts';
import { useDesk } from '../../desk.ts';
import { Button } from '../../parts/button.tsx';
import { AreaField, type Option, SelectField, TextField } from '../../parts/field.tsx';
import { Show, useDoing, useLoaded } from '../../parts/load.tsx';
import { Empty, Failure, Progress } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { PoolChoice } from '../../parts/pool-choice.tsx';
import { goTo, hrefOf } from '../../route.ts';
import { readAssignments } from './assignments.ts';
import { Answer } from './verdict.tsx';

/** Whether an identity or a role may do something, and which statement decides. */
export function Access({
  pool,
  identity,
  role,
}: {
  readonly pool: string;
  readonly identity: string;
  readonly role: string;
}) {
  const { api } = useDesk();
  const [roles] = useLoaded(() => listRoles(api), 'roles');
  return (
    <Page
      title="Who can do what"
      lead="Name somebody, an action and a resource: the service answers for every session that can come about, with the statement that decides."
    >
      <PoolChoice id={pool} onChange={(id) => goTo('access', id)}>
        {({ IdentityPoolId }) => (
          <Show what="the roles" loaded={roles}>
            {(roles) => (
              <Ask
                key={`${IdentityPoolId}/${identity}/${role}`}
                pool={IdentityPoolId}
                identity={identity}
                role={roles.find(({ name }) => name === role)?.arn ?? ''}
                roles={roles.map(({ arn, name }) => ({ value: arn, label: name }))}
              />
            )}
          </Show>
        )}
      </PoolChoice>
    </Page>
  );
}

interface Question {
  readonly who: 'identity' | 'role';
  readonly identity: string;
  /** Of an identity: empty for those that the pool gives it. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly tags: string;
  readonly keys: string;
}

function Ask({
  pool,
  roles,
  ...named
}: {
  readonly pool: string;
  readonly identity: string;
  readonly role: string;
  readonly roles: readonly Option[];
}) {
  const { api } = useDesk();
  const [question, setQuestion] = useState<Question>({
    ...named,
    who: named.role !== '' && named.identity === '' ? 'role' : 'identity',
    action: 's3:GetObject',
    resource: '',
    tags: '',
    keys: '',
  });
  const [answered, setAnswered] = useState<{ question: Question; answer: AccessAnswer }>();
  const { busy, error, run } = useDoing();
  const change = (part: Partial<Question>): void => setQuestion({ ...question, ...part });
  const isOfRole = question.who === 'role';
  const role = isOfRole && question.role === '' ? (roles[0]?.value ?? '') : question.role;
  return (
    <>
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run(async () => {
              const input = inputOf(pool, { ...question, role });
              setAnswered({ question, answer: await api.daypass<AccessAnswer>('ExplainAccess', input) });
            });
          }}
        >
          <div class="row">
            <SelectField
              label="Who"
              value={question.who}
              options={[
                { value: 'identity', label: 'an identity of the pool' },
                { value: 'role', label: 'whoever has a role' },
              ]}
              onChange={(who) => change({ who: who === 'role' ? 'role' : 'identity' })}
            />
            {!isOfRole && (
              <TextField
                label="Identity id"
                placeholder="us-east-1:…"
                value={question.identity}
                onInput={(identity) => change({ identity })}
                required
                mono
              />
            )}
            <SelectField
              label="Role"
              value={role}
              options={isOfRole ? roles : [{ value: '', label: 'each that the pool gives it' }, ...roles]}
              onChange={(role) => change({ role })}
            />
          </div>
          <div class="row">
            <TextField
              label="Action"
              placeholder="s3:GetObject"
              value={question.action}
              onInput={(action) => change({ action })}
              required
              mono
            />
            <TextField
              label="Resource"
              placeholder="arn:aws:s3:::my-bucket/private/…"
              value={question.resource}
              onInput={(resource) => change({ resource })}
              required
              mono
            />
          </div>
          <details>
            <summary>More: principal tags and condition keys</summary>
            <div class="row below">
              <AreaField
                label="Principal tags"
                hint="What the user’s token would bring, a line each, as in team = blue."
                rows={3}
                value={question.tags}
                onInput={(tags) => change({ tags })}
                mono
              />
              <AreaField
                label="Condition keys"
                hint="What the request would bring, a line each, as in s3:prefix = private/."
                rows={3}
                value={question.keys}
                onInput={(keys) => change({ keys })}
                mono
              />
            </div>
          </details>
          <Failure error={error} />
          <Button type="submit" kind="primary" busy={busy}>
            May they?
          </Button>
        </form>
      </Card>
      {busy && <Progress>Going through the policies …</Progress>}
      {answered?.question === question && <Answer answer={answered.answer} />}
      {answered === undefined && !busy && <Unasked pool={pool} />}
    </>
  );
}

function inputOf(pool: string, { who, identity, role, action, resource, tags, keys }: Question): object {
  const condition = [...readAssignments(keys)].map(([key, value]) => [key, [value]] as const);
  return {
    ...(who === 'identity' && { IdentityPoolId: pool, IdentityId: identity.trim() }),
    ...(role !== '' && { RoleArn: role }),
    Action: action.trim(),
    Resource: resource.trim(),
    PrincipalTags: Object.fromEntries(readAssignments(tags)),
    Context: Object.fromEntries(condition),
  };
}

function Unasked({ pool }: { readonly pool: string }) {
  return (
    <Empty
      title="Ask before a user has to"
      icon="access"
      action={
        <a class="button" href={hrefOf('identities', pool)}>
          Find an identity
        </a>
      }
    >
      <p>
        An action is <code>service:Operation</code>, a resource an ARN: <code>s3:GetObject</code> on{' '}
        <code>arn:aws:s3:::bucket/key</code>, <code>dynamodb:Query</code> on{' '}
        <code>arn:aws:dynamodb:region:account:table/name</code>. Nothing is called and nothing is written.
      </p>
    </Empty>
  );
}
