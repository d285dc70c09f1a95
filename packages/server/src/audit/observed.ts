import type { CredentialIssuer } from '../credentials/issuer.ts';
import type { IdentityId } from '../ids.ts';
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
  /** What is gone says no more whose it was, so that is asked before, where somebody wants to know. */
  async function deleting(
    ids: readonly IdentityId[],
    work: () => Promise<readonly IdentityId[]>,
  ): Promise<readonly IdentityId[]> {
    if (!trail.forwards) return work();
    const identities = await Promise.all(ids.map((id) => store.getIdentity(id)));
    const gone = new Set(await work());
    trail.deleted(identities.flatMap((it) => (it !== undefined && gone.has(it.identityId) ? it : [])));
    return [...gone];
  }

  return {
    ...store,
    async applyIdentityChange(change) {
      const applied = await store.applyIdentityChange(change);
      if (applied) trail.note(({ changes }) => changes.push(change));
      return applied;
    },
    deleteIdentities: (ids) => deleting(ids, () => store.deleteIdentities(ids)),
    deleteIdleGuests: (ids, before) => deleting(ids, () => store.deleteIdleGuests(ids, before)),
  };
}
