import type { Clock } from '../clock.ts';

const failuresToOpen = 5;
const openFor = 10_000;

/**
 * Stops asking a provider that keeps failing: after five failures in a row nothing is asked for ten seconds, then
 * one question at a time until one is answered.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  #failures = 0;
  #openUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when a question may be asked now; its outcome must be told with `succeeded` or `failed`. */
  allows(): boolean {
    if (this.#failures < failuresToOpen) return true;
    const now = this.#clock.now();
    if (now < this.#openUntil) return false;
    // The others wait for the outcome of this one.
    this.#openUntil = now + openFor;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(): void {
    this.#failures++;
    this.#openUntil = this.#clock.now() + openFor;
  }
}
