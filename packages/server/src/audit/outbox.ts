import { setTimeout as sleep } from 'node:timers/promises';

/** Takes a batch, or throws; then it is tried again. */
export type Deliver<Item> = (batch: readonly Item[]) => Promise<void>;

/** The receiver will never take this batch, however often it is offered. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

/** Where items wait for their delivery, in the order they came in. */
export interface Queue<Item> {
  /** Whether what waits is still there when the process has ended. */
  readonly isKept: boolean;
  /** False when there is no room. */
  put(item: Item): boolean;
  /** The oldest items, at most so many, and how to be rid of them; undefined when nothing waits. */
  next(count: number): { readonly items: readonly Item[]; remove(): void } | undefined;
}

export interface OutboxOptions<Item> {
  deliver: Deliver<Item>;
  /** Told how many items came to what end. */
  settled(outcome: 'delivered' | 'dropped', count: number): void;
  /** Told of every delivery that failed. */
  failed(error: unknown): void;
  /** Default: in memory, 10,000 items; more are dropped. */
  readonly queue?: Queue<Item>;
  /** Items delivered at a time, at most. */
  readonly batchSize?: number;
  /** Milliseconds between two tries at first, and at most. */
  readonly firstPause?: number;
  readonly longestPause?: number;
}

const capacity = 10_000;
/** Milliseconds in which items gather for one batch. */
const gathering = 100;

/** Hands items on in batches and in order, while nobody who puts one in waits. */
export class Outbox<Item> {
  readonly #options: Required<OutboxOptions<Item>>;
  #delivering: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: OutboxOptions<Item>) {
    this.#options = {
      queue: memoryQueue(capacity),
      batchSize: 500,
      firstPause: 500,
      longestPause: 60_000,
      ...options,
    };
  }

  put(item: Item): void {
    if (this.#options.queue.put(item)) this.wake();
    else this.#options.settled('dropped', 1);
  }

  /** Delivers what waits, whoever put it into the queue. */
  wake(): void {
    this.#delivering ??= this.#deliverAll();
  }

  async #deliverAll(): Promise<void> {
    const { queue, batchSize, firstPause, longestPause, deliver, settled, failed } = this.#options;
    await this.#pause(gathering);
    let pause = firstPause;
    for (;;) {
      let batch: ReturnType<typeof queue.next>;
      try {
        batch = queue.next(batchSize);
        if (batch === undefined) break;
        await deliver(batch.items);
        batch.remove();
        settled('delivered', batch.items.length);
        pause = firstPause;
      } catch (error) {
        failed(error);
        if (this.#closing.signal.aborted) {
          if (!queue.isKept) this.#dropAll();
          break;
        }
        if (batch !== undefined && error instanceof Undeliverable) {
          batch.remove();
          settled('dropped', batch.items.length);
        } else {
          await this.#pause(pause);
          pause = Math.min(pause * 2, longestPause);
        }
      }
    }
    this.#delivering = undefined;
  }

  #dropAll(): void {
    const rest = this.#options.queue.next(Number.MAX_SAFE_INTEGER);
    if (rest === undefined) return;
    rest.remove();
    this.#options.settled('dropped', rest.items.length);
  }

  /** Over at once when the outbox closes. */
  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
  }

  /** Delivers what still waits; when that fails now, the rest is dropped, or stays in a queue that keeps it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#delivering;
  }
}

/** Items that wait as long as the process lives; memory stays within the capacity. */
export function memoryQueue<Item>(capacity: number): Queue<Item> {
  let waiting: Item[] = [];
  return {
    isKept: false,
    put(item) {
      if (waiting.length >= capacity) return false;
      waiting.push(item);
      return true;
    },
    next(count) {
      if (waiting.length === 0) return undefined;
      const items = waiting.slice(0, count);
      return {
        items,
        remove() {
          waiting = waiting.slice(items.length);
        },
      };
    },
  };
}
