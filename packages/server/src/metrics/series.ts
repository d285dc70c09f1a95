/**
 * A metric as prom-client's aggregation takes it, one process's part. Counting is our own: prom-client's counters and
 * histograms hash their labels at every call, which costs more than all the rest of a warm exchange's bookkeeping.
 */
export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator: 'sum';
  readonly values: readonly {
    readonly metricName?: string;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly value: number;
  }[];
}

interface Declared {
  readonly name: string;
  readonly help: string;
}

/** Label values are ours and few; past this many something is wrong, and memory matters more than the label. */
const maxValues = 500;
const other = 'other';

/** Keeps one thing for each value of a label. */
class ByLabel<T> {
  readonly #entries = new Map<string, T>();
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  get(label: string): T {
    return this.#entries.get(label) ?? this.#add(label);
  }

  #add(label: string): T {
    const kept = this.#entries.size < maxValues ? label : other;
    const entry = this.#entries.get(kept) ?? this.#make();
    this.#entries.set(kept, entry);
    return entry;
  }

  entries(): IterableIterator<[string, T]> {
    return this.#entries.entries();
  }
}

/** Counts by the values of two labels. */
export class Counter {
  readonly #declared: Declared;
  readonly #labels: readonly [string, string];
  readonly #counts = new ByLabel(() => new ByLabel(() => ({ count: 0 })));

  constructor(declared: Declared & { readonly labels: readonly [string, string] }) {
    this.#declared = declared;
    this.#labels = declared.labels;
  }

  inc(first: string, second: string, by = 1): void {
    this.#counts.get(first).get(second).count += by;
  }

  snapshot(): MetricSnapshot {
    const { name, help } = this.#declared;
    const [one, two] = this.#labels;
    const values = [...this.#counts.entries()].flatMap(([first, counts]) =>
      [...counts.entries()].map(([second, { count }]) => ({
        labels: { [one]: first, [two]: second },
        value: count,
      })),
    );
    return { name, help, type: 'counter', aggregator: 'sum', values };
  }
}

/** A number that goes up and down. */
export class Gauge {
  readonly #declared: Declared;
  value = 0;

  constructor(declared: Declared) {
    this.#declared = declared;
  }

  snapshot(): MetricSnapshot {
    const { name, help } = this.#declared;
    return { name, help, type: 'gauge', aggregator: 'sum', values: [{ labels: {}, value: this.value }] };
  }
}

/** Sorts durations into buckets, by the values of one label. */
export class Histogram {
  readonly #declared: Declared;
  readonly #label: string;
  /** Seconds, ascending. */
  readonly #bounds: readonly number[];
  readonly #series: ByLabel<{ readonly counts: Float64Array; sum: number }>;

  constructor(declared: Declared & { readonly label: string; readonly bounds: readonly number[] }) {
    this.#declared = declared;
    this.#label = declared.label;
    this.#bounds = declared.bounds;
    this.#series = new ByLabel(() => ({ counts: new Float64Array(declared.bounds.length + 1), sum: 0 }));
  }

  /** Notes that something has taken from `startedAt`, as `performance.now()` said it, until now. */
  observeSince(label: string, startedAt: number): void {
    this.observe(label, (performance.now() - startedAt) / 1000);
  }

  observe(label: string, seconds: number): void {
    const series = this.#series.get(label);
    series.sum += seconds;
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > (this.#bounds[bucket] ?? 0)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
  }

  snapshot(): MetricSnapshot {
    const { name, help } = this.#declared;
    const values = [...this.#series.entries()].flatMap(([value, { counts, sum }]) => {
      const labels = { [this.#label]: value };
      let total = 0;
      const buckets = [...counts].map((count, bucket) => {
        total += count;
        const le = this.#bounds[bucket] ?? '+Inf';
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: total },
      ];
    });
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}
