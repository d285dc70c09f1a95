// Signs one person in for the first time, so many times at once, and prints the identities. It begins when a line comes
// on stdin. Arguments: the file of the store, the pool, the subject, the number of sign-ins.
import { once } from 'node:events';
import { BoundedMap } from '../bounded-map.ts';
import { systemClock } from '../clock.ts';
import type { PoolId } from '../ids.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { identityOf } from './identities.ts';
import { poolDocument, poolWithout } from './testing/pool.ts';

const [path = '', poolId = '', subject = '', count = ''] = process.argv.slice(2);
const services = {
  store: await openSqliteStore({ path }),
  clock: systemClock,
  place: { region: 'us-east-1', account: '000000000000' },
  poolsOfIdentities: new BoundedMap<never, never>(1),
};
const pool = poolWithout(poolDocument({ poolId: poolId as PoolId }));
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const signIns = Array.from({ length: Number(count) }, () =>
  identityOf(services, pool, [{ provider: 'accounts.google.com', subject }]),
);
process.stdout.write(`${JSON.stringify(await Promise.all(signIns))}\n`);
await services.store.close();
process.stdin.destroy();
