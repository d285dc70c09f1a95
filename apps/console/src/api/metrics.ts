/** One line of the Prometheus text exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the samples of an exposition; lines that are none are passed over. */
export function readSamples(text: string): readonly Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    samples.push({ name, labels: readLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
  }
  return samples;
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w]+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = value.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
  }
  return labels;
}

/** The sum of all samples of a name whose labels pass. */
export function total(
  samples: readonly Sample[],
  name: string,
  passes: (labels: Sample['labels']) => boolean = () => true,
): number {
  let sum = 0;
  for (const sample of samples) if (sample.name === name && passes(sample.labels)) sum += sample.value;
  return sum;
}

/** The sums of all samples of a name by one of its labels, the largest first. */
export function totalsBy(
  samples: readonly Sample[],
  name: string,
  label: string,
): readonly { readonly label: string; readonly value: number }[] {
  const totals = new Map<string, number>();
  for (const sample of samples) {
    if (sample.name !== name) continue;
    const key = sample.labels[label] ?? '';
    totals.set(key, (totals.get(key) ?? 0) + sample.value);
  }
  return [...totals].map(([label, value]) => ({ label, value })).sort((a, b) => b.value - a.value);
}

/** What was observed between two readings of a histogram is below this for `share` of it; undefined for nothing. */
export function quantile(
  before: readonly Sample[],
  after: readonly Sample[],
  name: string,
  share: number,
  passes: (labels: Sample['labels']) => boolean,
): number | undefined {
  const counts = new Map<number, number>();
  const add = (samples: readonly Sample[], sign: 1 | -1): void => {
    for (const { name: sampled, labels, value } of samples) {
      if (sampled !== `${name}_bucket` || !passes(labels)) continue;
      const bound = Number((labels.le ?? '').replace('+Inf', 'Infinity'));
      counts.set(bound, (counts.get(bound) ?? 0) + sign * value);
    }
  };
  add(after, 1);
  add(before, -1);
  const bounds = [...counts].sort(([a], [b]) => a - b);
  const all = bounds.at(-1)?.[1] ?? 0;
  if (all <= 0) return undefined;
  let below = { bound: 0, count: 0 };
  for (const [bound, count] of bounds) {
    if (count >= all * share) {
      if (bound === Number.POSITIVE_INFINITY) return below.bound;
      const within = (all * share - below.count) / Math.max(1, count - below.count);
      return below.bound + (bound - below.bound) * within;
    }
    below = { bound, count };
  }
  return below.bound;
}
