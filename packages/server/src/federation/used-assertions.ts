import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { UsedAssertionDocument } from '../store/documents.ts';
import type { Collection } from '../store/store.ts';
import type { SamlAssertion, UsedAssertions } from '../tokens/login.ts';
import { TokenRefused } from '../tokens/refusal.ts';

/** What an assertion that has opened a role session was used for; no pool has such an id. */
const roleSession = 'role session';
/** Seconds that records outlive their assertions: the clocks of other nodes may be behind. */
const grace = 300;
/** Digits of the seconds until the year 9999. */
const digits = 12;
/** Each new record takes so many expired ones along: more than come, so that none are left over. */
const swept = 3;

/** The record of used assertions that all workers and nodes share. */
export function openUsedAssertions({
  collection,
  clock,
}: {
  collection: Pick<Collection<UsedAssertionDocument>, 'get' | 'insert' | 'list' | 'delete'>;
  clock: Clock;
}): UsedAssertions {
  async function useOf(key: string): Promise<string | undefined> {
    return (await collection.get(key))?.value.usedFor;
  }

  /** False when another request was faster. Written last, so that no fault of the store uses an assertion up. */
  async function record(key: string, usedFor: string): Promise<boolean> {
    const before = keyOfTime(Math.floor(clock.now() / 1000) - grace);
    for (const { key: oldest } of await collection.list({ limit: swept })) {
      if (oldest < before) await collection.delete(oldest);
    }
    return collection.insert(key, { usedFor });
  }

  return {
    async signIn(assertion, poolId) {
      const key = keyOf(assertion);
      const known = await useOf(key);
      if (known === undefined && (await record(key, poolId))) return;
      if ((known ?? (await useOf(key))) !== poolId) throw replayed();
    },
    async maySignIn(assertion, poolId) {
      const known = await useOf(keyOf(assertion));
      if (known !== undefined && known !== poolId) throw replayed();
    },
    async spend(assertion) {
      if (!(await record(keyOf(assertion), roleSession))) throw replayed();
    },
  };
}

/**
 * The same for every response that the same assertion is wrapped in: its issuer and id are signed, and so is its end,
 * which stands first so that what has expired is found without a search.
 */
function keyOf({ issuer, id, expiresAt }: SamlAssertion): string {
  const name = createHash('sha256')
    .update(JSON.stringify([issuer, id]))
    .digest('base64url');
  return `${keyOfTime(expiresAt)}/${name}`;
}

function keyOfTime(seconds: number): string {
  return String(Math.max(seconds, 0)).padStart(digits, '0');
}

function replayed(): TokenRefused {
  return new TokenRefused(
    { kind: 'replayed' },
    'the assertion was used before, for something else or once only',
  );
}
