import { useEffect, useState } from 'preact/hooks';
import type { Permission, Explanation as Served } from '../../api/explain.ts';
import { type Identity, isGuest, readIdentity } from '../../api/identities.ts';
import { type PoolRoles, readPoolRoles } from '../../api/pools.ts';
import { listRoles, policiesOfRole, type Role, readManagedPolicy, readRoleOf } from '../../api/roles.ts';
import { useDesk } from '../../frame/desk.ts';
import { Button } from '../../parts/button.tsx';
import { AreaField, CheckField, SelectField, TextField } from '../../parts/field.tsx';
import { Show, useDoing, useLoaded } from '../../parts/load.tsx';
import { Failure, Progress } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { PoolChoice } from '../../parts/pool-choice.tsx';
import { goTo } from '../../route.ts';
import { decide, type Question, readKeys } from './decide.ts';
import { Verdict } from './verdict.tsx';

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
  return (
    <Page
      title="Who can do what"
      lead="Name somebody, an action and a resource: the service’s own evaluator answers, with the statement that decides."
    >
      <PoolChoice id={pool} onChange={(id) => goTo('access', id, identity, role)}>
        {({ IdentityPoolId }) => (
          <Prepared key={IdentityPoolId} pool={IdentityPoolId} identity={identity} role={role} />
        )}
      </PoolChoice>
    </Page>
  );
}

interface Known {
  readonly roles: readonly Role[];
  readonly standard: PoolRoles['Roles'];
  readonly identity: Identity | undefined;
}

function Prepared({
  pool,
  identity,
  role,
}: {
  readonly pool: string;
  readonly identity: string;
  readonly role: string;
}) {
  const { api } = useDesk();
  const [known] = useLoaded<Known>(async () => {
    const [roles, { Roles }, named] = await Promise.all([
      listRoles(api),
      readPoolRoles(api, pool),
      identity === '' ? undefined : readIdentity(api, pool, identity),
    ]);
    return { roles, standard: Roles, identity: named };
  }, `${pool}/${identity}`);
  return (
    <Show what="the roles" loaded={known}>
      {(known) => <Ask pool={pool} known={known} role={role} />}
    </Show>
  );
}

interface Answer {
  readonly question: Question;
  /** The decision for a guest as the service itself gives it, the limits of guests included. */
  readonly served: Permission | undefined;
}

function Ask({ pool, known, role }: { readonly pool: string; readonly known: Known; readonly role: string }) {
  const { api, session } = useDesk();
  const [identityId, setIdentityId] = useState(known.identity?.IdentityId ?? '');
  const [guest, setGuest] = useState(known.identity !== undefined && isGuest(known.identity));
  const standard = (guest ? known.standard.unauthenticated : known.standard.authenticated) ?? '';
  const [roleArn, setRoleArn] = useState(known.roles.find(({ name }) => name === role)?.arn ?? '');
  const [action, setAction] = useState('s3:GetObject');
  const [resource, setResource] = useState('');
  const [keys, setKeys] = useState('');
  const [answer, setAnswer] = useState<Answer>();
  const { busy, error, run } = useDoing();
  const chosen = roleArn === '' ? standard : roleArn;
  useEffect(() => setAnswer(undefined), [chosen, guest, identityId, action, resource, keys]);
  const ask = async (): Promise<void> => {
    const listed = known.roles.find(({ arn }) => arn === chosen);
    if (listed === undefined) throw new Error('The pool gives no role here: choose one.');
    const role = await readRoleOf(api, listed.name);
    const question = {
      role,
      policies: await policiesOfRole(api, role.name),
      boundary: role.boundaryArn === undefined ? undefined : await readManagedPolicy(api, role.boundaryArn),
      account: session.account,
      poolId: pool,
      identityId: identityId.trim(),
      guest,
      action: action.trim(),
      resource: resource.trim(),
      keys: readKeys(keys),
    };
    const isAsPoolDoes = guest && chosen === standard && question.keys.size === 0;
    const served =
      isAsPoolDoes &&
      (await api.daypass<Served>('ExplainFederation', {
        IdentityPoolId: pool,
        ...(question.identityId !== '' && { IdentityId: question.identityId }),
        Actions: [{ Action: question.action, Resource: question.resource }],
      }));
    setAnswer({ question, served: (served || undefined)?.Permissions?.[0] });
  };
  return (
    <>
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run(ask);
          }}
        >
          <div class="row">
            <TextField
              label="Identity id"
              hint="Nothing: any identity, without a value for its variables."
              placeholder="us-east-1:…"
              value={identityId}
              onInput={setIdentityId}
              mono
            />
            <SelectField
              label="Role"
              hint="The pool’s own, unless rules or you choose another."
              value={chosen}
              options={known.roles.map(({ arn, name }) => ({ value: arn, label: name }))}
              onChange={setRoleArn}
            />
          </div>
          <CheckField
            label="A guest"
            hint="Has no login; the pool’s limits for guests hold."
            checked={guest}
            onChange={(isGuest) => {
              setGuest(isGuest);
              setRoleArn('');
            }}
          />
          <div class="row">
            <TextField
              label="Action"
              placeholder="s3:GetObject"
              value={action}
              onInput={setAction}
              required
              mono
            />
            <TextField
              label="Resource"
              placeholder="arn:aws:s3:::my-bucket/private/…"
              value={resource}
              onInput={setResource}
              required
              mono
            />
          </div>
          <details>
            <summary>More of the request: condition keys</summary>
            <div class="below">
              <AreaField
                label="Condition keys"
                hint="A line each, as in s3:prefix = private/ or aws:PrincipalTag/team = blue."
                rows={3}
                value={keys}
                onInput={setKeys}
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
      {busy && <Progress>Reading the policies …</Progress>}
      {answer !== undefined && (
        <Verdict question={answer.question} explanation={decide(answer.question)} served={answer.served} />
      )}
    </>
  );
}
