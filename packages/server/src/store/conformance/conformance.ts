import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../store.ts';
import { auditPromises } from './audit.ts';
import { collectionPromises } from './collections.ts';
import { identityPromises } from './identities.ts';
import { identityChangePromises } from './identity-changes.ts';
import { searchPromises } from './search.ts';

/** Opens one more store on the test's own database, which is empty at first; it is closed after the test. */
export type OpenStore = () => Promise<Store>;

const everyPromise: Readonly<Record<string, (open: OpenStore) => void>> = {
  'a collection': collectionPromises,
  'identities and logins': identityPromises,
  'a change of identities': identityChangePromises,
  'a search for identities': searchPromises,
  'the audit log': auditPromises,
};

/**
 * Every promise of `Store`, or those given, as tests. `newDatabase` makes an empty database and returns how to
 * open it.
 */
export function storePromises(newDatabase: () => Promise<OpenStore>, promises = everyPromise): void {
  let openThis: OpenStore;
  const opened: Store[] = [];

  beforeEach(async () => {
    openThis = await newDatabase();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  const open: OpenStore = async () => {
    const store = await openThis();
    opened.push(store);
    return store;
  };

  for (const [subject, declare] of Object.entries(promises)) describe(subject, () => declare(open));
}
