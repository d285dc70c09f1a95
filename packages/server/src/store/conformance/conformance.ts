import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../store.ts';
import { auditPromises } from './audit.ts';
import { collectionPromises } from './collections.ts';
import { identityPromises } from './identities.ts';
import { identityChangePromises } from './identity-changes.ts';
import { searchPromises } from './search.ts';

/** Opens one more store on the test's own database, which is empty at first; it is closed after the test. */
export type OpenStore = () => Promise<Store>;

/** Every promise of `Store`, as tests. `newDatabase` makes an empty database and returns how to open it. */
export function storePromises(newDatabase: () => Promise<OpenStore>): void {
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

  describe('a collection', () => collectionPromises(open));
  describe('identities and logins', () => identityPromises(open));
  describe('a change of identities', () => identityChangePromises(open));
  describe('a search for identities', () => searchPromises(open));
  describe('the audit log', () => auditPromises(open));
}
