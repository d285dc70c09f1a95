import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { Store } from '../store/store.ts';

export interface GuestExpiry {
  /** Deletes the guests of every pool who are past their time; returns how many. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}

/** Milliseconds between two sweeps, and between two batches of one. */
const interval = 3_600_000;
const breath = 20;
const batch = 200;
const poolBatch = 100;

/**
 * Deletes guests who were not seen for as long as their pool says, an hour apart and in small batches. A guest's last
 * visit is known to the minute. One who comes back later is told that his identity does not exist, and gets a new one.
 */
export function expireGuests(options: {
  readonly store: Store;
  readonly clock: Clock;
  swept(deleted: number): void;
  failed(error: unknown): void;
}): GuestExpiry {
  const { store, clock, swept, failed } = options;
  const closing = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();

  async function sweepPool(poolId: PoolId, before: number): Promise<number> {
    let deleted = 0;
    let after: IdentityId | undefined;
    do {
      const found = await store.findIdentities({
        poolId,
        enabled: true,
        lastSeen: { to: before },
        limit: batch,
        ...(after !== undefined && { after }),
      });
      const guests = found.filter(({ logins }) => logins.length === 0).map(({ identityId }) => identityId);
      if (guests.length > 0) deleted += (await store.deleteIdleGuests(guests, before)).length;
      after = found.length < batch ? undefined : found.at(-1)?.identityId;
      await sleep(breath, undefined, { signal: closing.signal }).catch(() => {});
    } while (after !== undefined && !closing.signal.aborted);
    return deleted;
  }

  async function sweep(): Promise<number> {
    let deleted = 0;
    let after: string | undefined;
    do {
      const pools = await store
        .collection('pools')
        .list({ limit: poolBatch, ...(after !== undefined && { after }) });
      for (const { value: pool } of pools) {
        const seconds = pool.settings?.guestExpiry;
        if (seconds !== undefined) deleted += await sweepPool(pool.poolId, clock.now() - seconds * 1000);
      }
      after = pools.length < poolBatch ? undefined : pools.at(-1)?.key;
    } while (after !== undefined && !closing.signal.aborted);
    return deleted;
  }

  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep).then(swept).catch(failed);
  }, interval);
  timer.unref();

  return {
    sweep,
    async close() {
      clearInterval(timer);
      closing.abort();
      await sweeping;
    },
  };
}
