// Signs people in for the first time, one after the other, and prints each person and identity once the store has
// acknowledged it. Arguments: the file of the store, the pool, the name of these people and their number.
import { newIdentityId, type PoolId } from '../ids.ts';
import { insertPool } from './conformance/pool.ts';
import { openSqliteStore } from './sqlite.ts';

const [path = '', poolId = '', name = '', count = 'Infinity'] = process.argv.slice(2);
const store = await openSqliteStore({ path });
await insertPool(store, poolId as PoolId);

async function signIn(subject: string): Promise<void> {
  const identityId = newIdentityId('us-east-1');
  const created = await store.applyIdentityChange({
    poolId: poolId as PoolId,
    at: Date.now(),
    create: [identityId],
    addLogins: [{ provider: 'p', subject, identityId }],
  });
  const known = created ? identityId : (await store.findLogin(poolId as PoolId, 'p', subject))?.identityId;
  process.stdout.write(`${JSON.stringify([subject, known])}\n`);
}

// Eight at a time, so that commits are shared.
let next = 0;
await Promise.all(
  Array.from({ length: 8 }, async () => {
    while (next < Number(count)) await signIn(`${name} ${next++}`);
  }),
);
await store.close();
