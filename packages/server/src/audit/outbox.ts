import { setTimeout as sleep } from 'node:timers/promises';

/** Takes a batch, or throws; then it is tried again. */
export type Deliver<Item> = (batch: readonly Item[]) => Promise<void>;

/** The receiver will never take this batch, however often it is offered. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

export interface OutboxOptions<Item> {
  deliver: Deliver<Item>;
  /** Told how many items came to what end. */
  settled(outcome: 'delivered' | 'dropped', count: number): void;
  /** Told of every delivery that failed. */
  failed(error: unknown): void;
  /** Items that wait at most; more are dropped. */
  readonly capacity?: number;
  /** Milliseconds between two tries at first, and at most. */
  readonly firstPause?: number;
  readonly longestPause?: number;
}

const batchSize = 500;
/** Milliseconds in which items gather for one batch. */
const gathering = 100;

/** Hands items on in batches and in order, while nobody who puts one in waits. Memory stays within the capacity. */
export class Outbox<Item> {
  readonly #options: Required<OutboxOptions<Item>>;
  #waiting: Item[] = [];
  #delivering: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: OutboxOptions<Item>) {
    this.#options = { capacity: 10_000, firstPause: 500, longestPause: 60_000, ...options };
  }

  put(item: Item): void {
    if (this.#waiting.length >= this.#options.capacity) {
      this.#options.settled('dropped', 1);
      return;
    }
    this.#waiting.push(item);
    this.#delivering ??= this.#deliverAll();
  }

  async #deliverAll(): Promise<void> {
    await this.#pause(gathering);
    let pause = this.#options.firstPause;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchSize);
      try {
        await this.#options.deliver(batch);
        this.#waiting = this.#waiting.slice(batch.length);
        this.#options.settled('delivered', batch.length);
        pause = this.#options.firstPause;
      } catch (error) {
        this.#options.failed(error);
        if (this.#closing.signal.aborted) this.#drop(this.#waiting.length);
        else if (error instanceof Undeliverable) this.#drop(batch.length);
        else {
          await this.#pause(pause);
          pause = Math.min(pause * 2, this.#options.longestPause);
        }
      }
    }
    this.#delivering = undefined;
  }

  #drop(count: number): void {
    this.#waiting = this.#waiting.slice(count);
    this.#options.settled('dropped', count);
  }

  /** Over at once when the outbox closes. */
  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
  }

  /** Delivers what still waits; when that fails now, the rest is dropped. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#delivering;
  }
}
