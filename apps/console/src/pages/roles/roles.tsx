import { listRoles } from '../../api/roles.ts';
import { useDesk } from '../../desk.ts';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { hrefOf } from '../../route.ts';
import { CreateRole } from './create-role.tsx';
import { RolePage } from './role-page.tsx';

/** IAM roles: all of them, one, or a new one for the pool that is named. */
export function Roles({ name, pool }: { readonly name: string; readonly pool: string }) {
  if (name === '') return <RoleList />;
  if (name === 'new') return <CreateRole pool={pool} />;
  return <RolePage name={name} />;
}

function RoleList() {
  const { api } = useDesk();
  const [roles] = useLoaded(() => listRoles(api), 'roles');
  const create = (
    <a class="button primary" href={hrefOf('roles', 'new')}>
      Create a role
    </a>
  );
  return (
    <Page title="Roles" lead="A role says who may take it, and what it allows them." actions={create}>
      <Show what="the roles" loaded={roles}>
        {(roles) =>
          roles.length === 0 ? (
            <Empty title="No roles yet" icon="roles" action={create}>
              <p>
                A pool needs one for those who are signed in, and one for guests if it lets any in. Policies
                work exactly as on AWS, <code>{'${cognito-identity.amazonaws.com:sub}'}</code> included.
              </p>
            </Empty>
          ) : (
            <Card class="listing">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">ARN</th>
                    <th scope="col">Made</th>
                  </tr>
                </thead>
                <tbody>
                  {roles.map(({ name, arn, created }) => (
                    <tr key={arn}>
                      <td>
                        <a href={hrefOf('roles', name)}>{name}</a>
                      </td>
                      <td>
                        <code>{arn}</code>
                      </td>
                      <td data-name="Made">
                        <Ago at={created.getTime() / 1000} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Card>
          )
        }
      </Show>
    </Page>
  );
}
