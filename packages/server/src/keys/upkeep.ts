import type { SealingKeys } from './sealing.ts';
import type { TokenSigningKeys } from './signing.ts';

/** Both kinds of keys that all nodes share. */
export interface SharedKeys {
  readonly sealing: SealingKeys;
  readonly signing: TokenSigningKeys;
}

/** Milliseconds between two looks at what other nodes did with the keys, and at whether a key has been used long enough. */
const refreshInterval = 1000;
const dueInterval = 10 * 60 * 1000;

/**
 * Keeps this node's keys those of all nodes, and rotates each key after it was used for `every` milliseconds; 0 is
 * never. Returns what ends it.
 */
export function keepKeys(options: {
  readonly keys: SharedKeys;
  readonly every: number;
  failed(error: unknown): void;
}): () => void {
  const { keys, every, failed } = options;
  const both = [keys.sealing, keys.signing];
  let busy = false;

  async function once(work: () => Promise<unknown>): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      await work();
    } catch (error) {
      failed(error);
    } finally {
      busy = false;
    }
  }

  const rotateWhatIsDue = () => once(() => Promise.all(both.map((kind) => kind.rotateWhenDue(every))));
  const timers = [
    setInterval(() => once(() => Promise.all(both.map((kind) => kind.refresh()))), refreshInterval),
    ...(every > 0 ? [setInterval(rotateWhatIsDue, dueInterval)] : []),
  ];
  for (const timer of timers) timer.unref();
  if (every > 0) void rotateWhatIsDue();
  return () => timers.forEach(clearInterval);
}
