import { randomInt } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** So many requests a second, of each address or pool for each operation; 0 is no limit. */
export interface Rates {
  readonly perAddress: number;
  readonly perPool: number;
}

/** Who may send one more request now. Each question that is answered with true takes one from the budget. */
export interface RateLimits {
  admitsAddress(address: string, operation: string): boolean;
  admitsPool(poolId: string, operation: string): boolean;
}

export function rateLimits({ perAddress, perPool }: Rates, clock: Clock): RateLimits {
  const addresses = perAddress === 0 ? undefined : new Buckets(perAddress, clock);
  const pools = perPool === 0 ? undefined : new Buckets(perPool, clock);
  return {
    admitsAddress: (address, operation) => addresses?.take(networkOf(address), operation) ?? true,
    admitsPool: (poolId, operation) => pools?.take(poolId, operation) ?? true,
  };
}

/** Seconds' worth of requests that may come at once. */
const burstSeconds = 10;
const bucketCount = 1 << 17;

/**
 * Token buckets in a megabyte, however many clients there are: a key's hash chooses its bucket. The hash has a seed of
 * its own in every process, so that nobody can choose with whom to share a bucket, and a hundred clients that use theirs
 * up make one in a thousand others share one.
 *
 * A bucket is kept as one number, the time at which it will be full again: the generic cell rate algorithm, ITU-T I.371.
 */
class Buckets {
  /** Milliseconds since the epoch. */
  readonly #fullAt = new Float64Array(bucketCount);
  readonly #seed = randomInt(2 ** 32);
  /** Milliseconds until a token is back. */
  readonly #interval: number;
  /** Milliseconds until an empty bucket is full; there is room for one token at least. */
  readonly #span: number;
  readonly #clock: Clock;

  constructor(perSecond: number, clock: Clock) {
    this.#interval = 1000 / perSecond;
    this.#span = Math.max(burstSeconds * 1000, this.#interval);
    this.#clock = clock;
  }

  take(who: string, operation: string): boolean {
    const bucket = hash(operation, hash(who, this.#seed)) % bucketCount;
    const now = this.#clock.now();
    const emptyUntil = now + this.#span;
    // Never later than an empty bucket's: a clock that jumps back must not shut anybody out.
    const fullAt = Math.min(Math.max(this.#fullAt[bucket] ?? 0, now), emptyUntil);
    const admitted = fullAt + this.#interval <= emptyUntil;
    this.#fullAt[bucket] = admitted ? fullAt + this.#interval : fullAt;
    return admitted;
  }
}

/** FNV-1a, and the last step of MurmurHash3 so that all bits count for the bucket. */
function hash(text: string, seed: number): number {
  let bits = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Who counts as one: an IPv4 address, or the /64 that an IPv6 client has all to itself (RFC 6177). */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - left.length - right.length, 0);
  return [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':');
}
