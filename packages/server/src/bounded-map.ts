/** A map that forgets what was put in first once it is full: memory stays within the capacity. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  /**
   * Where the oldest is. It goes on from what was forgotten last: begun anew each time it would pass over all the places
   * that forgotten keys leave behind in the map, tens of thousands of them.
   */
  readonly #oldest = this.#entries.keys();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    if (this.#entries.size >= this.#capacity && !this.#entries.has(key)) {
      const { value, done } = this.#oldest.next();
      if (!done) this.#entries.delete(value);
    }
    this.#entries.set(key, value);
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }
}
