import type { Clock } from '../clock.ts';
import type { SessionCaller } from '../credentials/session.ts';
import { cachedCollection } from '../store/cached-collection.ts';
import type { RevocationDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';

/** Sessions taken back before their time, by identity, role or pool; in effect on every node within a second. */
export interface Revocations {
  /** Refuses every session of the target issued up to that moment (milliseconds since the epoch). */
  revoke(target: RevocationDocument['target'], notBefore: number): Promise<void>;
  /** Why a session is no longer accepted, or undefined. */
  of(session: SessionCaller): Promise<string | undefined>;
}

export function openRevocations({ store, clock }: { store: Store; clock: Clock }): Revocations {
  const collection = store.collection('revocations');
  // A revocation that cannot be looked up must not be passed over: nothing is kept beyond its second.
  const cached = cachedCollection({ collection, clock, prepare: ({ notBefore }) => notBefore, maxStale: 0 });

  return {
    async revoke(target, notBefore) {
      const key = keyOf(target);
      for (;;) {
        const stored = await collection.get(key);
        const latest = Math.max(notBefore, stored?.value.notBefore ?? 0);
        const document = { target, notBefore: latest };
        const written =
          stored === undefined
            ? await collection.insert(key, document)
            : await collection.replace(key, document, stored.version);
        if (written) break;
      }
      cached.forget(key);
    },

    async of(session) {
      for (const target of targetsOf(session)) {
        const notBefore = await cached.get(keyOf(target));
        if (notBefore !== undefined && session.issuedAt <= notBefore)
          return `sessions of this ${target.kind} were revoked`;
      }
      return undefined;
    },
  };
}

function targetsOf({ roleArn, identityId, poolId }: SessionCaller): readonly RevocationDocument['target'][] {
  return [
    { kind: 'role', roleArn },
    ...(identityId === undefined ? [] : [{ kind: 'identity', identityId } as const]),
    ...(poolId === undefined ? [] : [{ kind: 'pool', poolId } as const]),
  ];
}

function keyOf(target: RevocationDocument['target']): string {
  switch (target.kind) {
    case 'identity':
      return `identity/${target.identityId}`;
    case 'role':
      return `role/${target.roleArn}`;
    case 'pool':
      return `pool/${target.poolId}`;
  }
}
