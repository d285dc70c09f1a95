import { afterAll, beforeAll, describe } from 'vitest';
import { storePromises } from './conformance/conformance.ts';
import { openPostgresStore } from './postgres.ts';
import { findPostgres, type PostgresRig, startPostgres } from './postgres-rig.ts';

const binaries = findPostgres();
if (binaries === undefined)
  console.log('The PostgreSQL store is not tested: there is no initdb and postgres here');

describe.runIf(binaries)('the PostgreSQL store', () => {
  let rig: PostgresRig;

  beforeAll(async () => {
    rig = await startPostgres(binaries ?? '');
  });
  afterAll(() => rig.stop());

  storePromises(async () => {
    const url = await rig.newSchema();
    return () => openPostgresStore({ url });
  });
});
