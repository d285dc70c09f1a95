import type { Documents } from '../store/documents.ts';
import type { Collection, Store } from '../store/store.ts';
import type { Metrics } from './metrics.ts';

/** The same store, with the time of every call measured. */
export function measuredStore(store: Store, metrics: Pick<Metrics, 'storeCalls' | 'storeFailures'>): Store {
  const { storeCalls, storeFailures } = metrics;

  function timed<Result>(call: string, result: Promise<Result>, startedAt: number): Promise<Result> {
    // Beside the caller's own continuation, not before it.
    result.then(
      () => storeCalls.observeSince(call, startedAt),
      (error: unknown) => storeFailures.inc(call, error instanceof Error ? error.name : 'unknown'),
    );
    return result;
  }

  function measured<Args extends unknown[], Result>(
    call: string,
    method: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return (...args) => {
      const startedAt = performance.now();
      return timed(call, method(...args), startedAt);
    };
  }

  function collection<Name extends keyof Documents>(name: Name): Collection<Documents[Name]> {
    const { get, list, insert, replace, delete: remove } = store.collection(name);
    return {
      get: measured(`${name}.get`, get),
      list: measured(`${name}.list`, list),
      insert: measured(`${name}.insert`, insert),
      replace: measured(`${name}.replace`, replace),
      delete: measured(`${name}.delete`, remove),
    };
  }

  return {
    ...store,
    collection,
    findLogin: measured('findLogin', store.findLogin),
    getIdentity: measured('getIdentity', store.getIdentity),
    getIdentityWithLogins: measured('getIdentityWithLogins', store.getIdentityWithLogins),
    applyIdentityChange: measured('applyIdentityChange', store.applyIdentityChange),
    findIdentities: measured('findIdentities', store.findIdentities),
    deleteIdentities: measured('deleteIdentities', store.deleteIdentities),
    deleteIdleGuests: measured('deleteIdleGuests', store.deleteIdleGuests),
    deleteIdentitiesOfPool: measured('deleteIdentitiesOfPool', store.deleteIdentitiesOfPool),
    touchIdentities: measured('touchIdentities', store.touchIdentities),
    appendAudit: measured('appendAudit', store.appendAudit),
    listAudit: measured('listAudit', store.listAudit),
    auditOfRequest: measured('auditOfRequest', store.auditOfRequest),
    pruneAudit: measured('pruneAudit', store.pruneAudit),
  };
}
