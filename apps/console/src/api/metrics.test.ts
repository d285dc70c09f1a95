import { describe, expect, it } from 'vitest';
import { quantile, readSamples, total, totalsBy } from './metrics.ts';

const exposition = (fast: number, slow: number) => `# HELP daypass_refusals_total API requests refused.
# TYPE daypass_refusals_total counter
daypass_refusals_total{operation="GetId",reason="expired"} 3
daypass_refusals_total{operation="Federate",reason="expired"} 2
daypass_refusals_total{operation="Federate",reason="a \\"quoted\\" one"} 9
daypass_connections 4
daypass_request_duration_seconds_bucket{le="0.01",operation="Federate"} ${fast}
daypass_request_duration_seconds_bucket{le="0.1",operation="Federate"} ${fast + slow}
daypass_request_duration_seconds_bucket{le="+Inf",operation="Federate"} ${fast + slow}
`;

describe('the exposition of metrics', () => {
  const samples = readSamples(exposition(0, 0));

  it('is read with its labels', () => {
    expect(samples[2]).toEqual({
      name: 'daypass_refusals_total',
      labels: { operation: 'Federate', reason: 'a "quoted" one' },
      value: 9,
    });
    expect(total(samples, 'daypass_connections')).toBe(4);
    expect(total(samples, 'daypass_refusals_total', ({ operation }) => operation === 'Federate')).toBe(11);
  });

  it('adds up by a label, the largest first', () => {
    expect(totalsBy(samples, 'daypass_refusals_total', 'reason')).toEqual([
      { label: 'a "quoted" one', value: 9 },
      { label: 'expired', value: 5 },
    ]);
  });

  it.each([
    { fast: 100, slow: 0, p95: 0.0095 },
    { fast: 90, slow: 10, p95: 0.055 },
    { fast: 0, slow: 0, p95: undefined },
  ])('has the 95th percentile of what came since: $fast fast, $slow slow', ({ fast, slow, p95 }) => {
    const before = readSamples(exposition(1000, 50));
    const after = readSamples(exposition(1000 + fast, 50 + slow));
    const found = quantile(before, after, 'daypass_request_duration_seconds', 0.95, () => true);
    if (p95 === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(p95, 6);
  });
});
