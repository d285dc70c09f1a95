import { listPools } from '../../api/pools.ts';
import { readWholePool } from '../../api/whole-pool.ts';
import { useDesk } from '../../desk.ts';
import { Show, useLoaded } from '../../parts/load.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { hrefOf } from '../../route.ts';
import { CreatePool, EditPool } from './pool-form.tsx';
import { PoolPage } from './pool-page.tsx';
import { EditRoles } from './roles-form.tsx';
import { EditTags } from './tags-form.tsx';

/** Identity pools: all of them, or one and a part of it. */
export function Pools({ id, part }: { readonly id: string; readonly part: string }) {
  if (id === '') return <PoolList />;
  if (id === 'new') return <CreatePool />;
  return <OnePool id={id} part={part} />;
}

function OnePool({ id, part }: { readonly id: string; readonly part: string }) {
  const { api } = useDesk();
  const [pool, reload] = useLoaded(() => readWholePool(api, id), `${id}/${part}`);
  return (
    <Show what="the pool" loaded={pool}>
      {(whole) => {
        if (part === 'edit') return <EditPool pool={whole.pool} />;
        if (part === 'roles') return <EditRoles whole={whole} />;
        if (part === 'tags') return <EditTags whole={whole} />;
        return <PoolPage whole={whole} onChanged={reload} />;
      }}
    </Show>
  );
}

function PoolList() {
  const { api } = useDesk();
  const [pools] = useLoaded(() => listPools(api), 'pools');
  const create = (
    <a class="button primary" href={hrefOf('pools', 'new')}>
      Create a pool
    </a>
  );
  return (
    <Page
      title="Pools"
      lead="An identity pool says whose tokens count and which roles they open."
      actions={create}
    >
      <Show what="the pools" loaded={pools}>
        {(pools) =>
          pools.length === 0 ? (
            <Empty title="No pools yet" icon="pools" action={create}>
              <p>
                Make one, name the providers whose users may come in, and give it a role for those who are
                signed in. The id it gets is all that an app needs to know.
              </p>
            </Empty>
          ) : (
            <Card class="listing">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Identity pool ID</th>
                  </tr>
                </thead>
                <tbody>
                  {pools.map(({ IdentityPoolId, IdentityPoolName }) => (
                    <tr key={IdentityPoolId}>
                      <td>
                        <a href={hrefOf('pools', IdentityPoolId)}>{IdentityPoolName}</a>
                      </td>
                      <td>
                        <code>{IdentityPoolId}</code>
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
