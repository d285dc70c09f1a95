import type { ComponentChildren } from 'preact';
import { listPools, type PoolName } from '../api/pools.ts';
import { useDesk } from '../desk.ts';
import { hrefOf } from '../route.ts';
import { SelectField } from './field.tsx';
import { Show, useLoaded } from './load.tsx';
import { Empty } from './notice.tsx';

/** Lets one choose a pool; the first is meant until one does. */
export function PoolChoice({
  id,
  onChange,
  children,
}: {
  readonly id: string;
  readonly onChange: (id: string) => void;
  readonly children: (pool: PoolName) => ComponentChildren;
}) {
  const { api } = useDesk();
  const [pools] = useLoaded(() => listPools(api), 'pools');
  return (
    <Show what="the pools" loaded={pools}>
      {(pools) => {
        const chosen = pools.find(({ IdentityPoolId }) => IdentityPoolId === id) ?? pools[0];
        if (chosen === undefined) return <NoPools />;
        return (
          <>
            <div class="pool-choice">
              <SelectField
                label="Pool"
                value={chosen.IdentityPoolId}
                options={pools.map(({ IdentityPoolId, IdentityPoolName }) => ({
                  value: IdentityPoolId,
                  label: `${IdentityPoolName} (${IdentityPoolId})`,
                }))}
                onChange={onChange}
              />
            </div>
            {children(chosen)}
          </>
        );
      }}
    </Show>
  );
}

function NoPools() {
  return (
    <Empty
      title="This needs a pool"
      icon="pools"
      action={
        <a class="button primary" href={hrefOf('pools', 'new')}>
          Create a pool
        </a>
      }
    >
      <p>Identities, tokens and roles meet in an identity pool. Make one first.</p>
    </Empty>
  );
}
