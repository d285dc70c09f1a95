// Signs people in until the store fails and prints why; when told so on stdin, signs one more in and prints how many
// of them there are. Arguments: the file of the store and the pool.
import { once } from 'node:events';
import { newIdentityId, type PoolId } from '../ids.ts';
import { insertPool } from './conformance/pool.ts';
import { openSqliteStore } from './sqlite.ts';

const [path = '', poolId = ''] = process.argv.slice(2);
const store = await openSqliteStore({ path });
await insertPool(store, poolId as PoolId);

async function signIn(subject: string): Promise<void> {
  const identityId = newIdentityId('us-east-1');
  await store.applyIdentityChange({
    poolId: poolId as PoolId,
    at: Date.now(),
    create: [identityId],
    addLogins: [{ provider: 'p', subject, identityId }],
  });
}

let acknowledged = 0;
try {
  for (;;) {
    await signIn(`person ${acknowledged}`);
    acknowledged++;
  }
} catch (error) {
  process.stdout.write(`${JSON.stringify([String(error), acknowledged])}\n`);
}
await once(process.stdin, 'data');
await signIn('a later one');
const identities = await store.findIdentities({ poolId: poolId as PoolId, limit: 100_000 });
process.stdout.write(
  `${JSON.stringify(['found', identities.filter(({ logins }) => logins.length === 1).length])}\n`,
);
await store.close();
process.exit();
