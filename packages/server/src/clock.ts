/** Where every part reads the time, so that expiry can be tested without waiting. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Whole seconds since the Unix epoch: the unit of JWT claims and of AWS's JSON timestamps. */
export function epochSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
