import type { CredentialIssuer } from '../credentials/issuer.ts';
import type { Store } from '../store/store.ts';
import type { Trail } from './trail.ts';

/** The same issuer; every session it hands out is noted for the request that asked for it. */
export function auditedIssuer(issuer: CredentialIssuer, trail: Trail): CredentialIssuer {
  return {
    async issue(grant) {
      const credentials = await issuer.issue(grant);
      trail.note((record) => {
        record.grant = grant;
      });
      return credentials;
    },
  };
}

/** The same store; every change of identities it made is noted for the request that brought it about. */
export function auditedStore(store: Store, trail: Trail): Store {
  return {
    ...store,
    async applyIdentityChange(change) {
      const applied = await store.applyIdentityChange(change);
      if (applied) trail.note(({ changes }) => changes.push(change));
      return applied;
    },
  };
}
