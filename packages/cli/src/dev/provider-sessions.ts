import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/**
 * Keeps the provider's sessions, codes and grants in memory: a sign-in lasts a minute here, and players and keys
 * outlive a restart without it.
 */
export function providerSessions(): AdapterFactory {
  const entries = new Map<string, { payload: AdapterPayload; expiresAt: number }>();

  function live(key: string): AdapterPayload | undefined {
    const entry = entries.get(key);
    if (entry !== undefined && entry.expiresAt > Date.now()) return entry.payload;
    entries.delete(key);
    return undefined;
  }

  function find(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const key of entries.keys()) {
      const payload = live(key);
      if (payload !== undefined && matches(payload)) return payload;
    }
    return undefined;
  }

  return (model: string): Adapter => {
    const keyOf = (id: string): string => `${model}:${id}`;
    return {
      upsert: async (id, payload, expiresIn) => {
        entries.set(keyOf(id), {
          payload,
          expiresAt: Date.now() + (expiresIn ?? Number.POSITIVE_INFINITY) * 1000,
        });
      },
      find: async (id) => live(keyOf(id)),
      findByUid: async (uid) => find((payload) => payload.kind === model && payload.uid === uid),
      findByUserCode: async (code) => find((payload) => payload.kind === model && payload.userCode === code),
      consume: async (id) => {
        const payload = live(keyOf(id));
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => {
        entries.delete(keyOf(id));
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, { payload }] of entries) {
          if (payload.kind === model && payload.grantId === grantId) entries.delete(key);
        }
      },
    };
  };
}
