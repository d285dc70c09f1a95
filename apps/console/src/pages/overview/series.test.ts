import { describe, expect, it } from 'vitest';
import type { Sample } from '../../api/metrics.ts';
import { exchangeLatency, inTheLastMinute } from './series.ts';

const name = 'daypass_exchanges_total';
const readings = (...counted: readonly (readonly [seconds: number, count: number])[]) =>
  counted.map(([seconds, value]) => ({ at: seconds * 1000, samples: [{ name, labels: {}, value }] }));
const values = (...counted: Parameters<typeof readings>) =>
  inTheLastMinute(readings(...counted), name).map(({ value }) => value);

describe('a counter over time', () => {
  it('says how many came in the minute before', () => {
    expect(values([0, 100], [30, 104], [60, 105], [90, 105], [120, 106])).toEqual([4, 5, 1, 1]);
  });

  it('goes on from nothing after a restart', () => {
    expect(values([0, 100], [5, 101], [10, 3])).toEqual([1, 4]);
  });

  it('spreads what came while nobody looked', () => {
    expect(values([0, 0], [600, 50])).toEqual([5]);
  });

  it('has nothing to say with one reading', () => {
    expect(values([0, 7])).toEqual([]);
  });
});

describe('the latency of exchanges', () => {
  const buckets = (seconds: number, fast: number, slow: number, operation = 'Federate') => {
    const sample = (le: string, value: number): Sample => ({
      name: 'daypass_request_duration_seconds_bucket',
      labels: { le, operation },
      value,
    });
    const count = {
      name: 'daypass_request_duration_seconds_count',
      labels: { operation },
      value: fast + slow,
    };
    const samples = [sample('0.01', fast), sample('0.1', fast + slow), sample('+Inf', fast + slow), count];
    return { at: seconds * 1000, samples };
  };
  const latencies = (...all: readonly ReturnType<typeof buckets>[]) =>
    exchangeLatency(all).map(({ value }) => Number(value.toFixed(2)));

  it('is that of the minute before, and none while nobody comes', () => {
    expect(latencies(buckets(0, 0, 9), buckets(30, 100, 9), buckets(100, 100, 9))).toEqual([9.5, 0]);
  });

  it('is measured again from nothing after a restart', () => {
    expect(latencies(buckets(0, 500, 500), buckets(5, 100, 0))).toEqual([9.5]);
  });

  it('leaves out what is no exchange', () => {
    expect(latencies(buckets(0, 0, 0, 'ListRoles'), buckets(5, 0, 100, 'ListRoles'))).toEqual([0]);
  });
});
