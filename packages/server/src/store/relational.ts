import { appendAudit, auditOfRequest, listAudit, pruneAudit } from './audit.ts';
import { openCollection } from './collections.ts';
import type { Database } from './database.ts';
import * as identities from './identities.ts';
import { findIdentities } from './identity-search.ts';
import type { Store } from './store.ts';

/** The store over any relational database: one set of statements, and so one behaviour. */
export function relationalStore(database: Database): Store {
  return {
    collection: (name) => openCollection(database, name),

    findLogin: (poolId, provider, subject) => identities.findLogin(database, poolId, provider, subject),
    getIdentity: (identityId) => identities.getIdentity(database, identityId),
    getIdentityWithLogins: (identityId) => identities.getIdentityWithLogins(database, identityId),
    applyIdentityChange: (change) => identities.applyIdentityChange(database, change),
    findIdentities: (query) => findIdentities(database, query),
    deleteIdentities: (identityIds) => identities.deleteIdentities(database, identityIds),
    deleteIdleGuests: (identityIds, before) => identities.deleteIdleGuests(database, identityIds, before),
    deleteIdentitiesOfPool: (poolId) => identities.deleteIdentitiesOfPool(database, poolId),
    touchIdentities: (identityIds, at) => identities.touchIdentities(database, identityIds, at),

    appendAudit: (entries) => appendAudit(database, entries),
    listAudit: (options) => listAudit(database, options),
    auditOfRequest: (requestId) => auditOfRequest(database, requestId),
    pruneAudit: (options) => pruneAudit(database, options),

    async ping() {
      await database.first('SELECT 1 AS answer', []);
    },
    close: () => database.close(),
  };
}
