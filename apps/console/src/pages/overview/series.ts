import { quantile, type Sample, total } from '../../api/metrics.ts';
import type { Point } from './chart.tsx';
import type { Reading } from './use-metrics.ts';

const minute = 60_000;

const exchanging = new Set([
  'GetCredentialsForIdentity',
  'Federate',
  'AssumeRoleWithWebIdentity',
  'AssumeRoleWithSAML',
]);

/** How much a counter grew in the minute before each reading, as far back as there are readings. */
export function inTheLastMinute(readings: readonly Reading[], name: string): readonly Point[] {
  const steps = readings.slice(1).map((after, at) => {
    const before = readings[at] ?? after;
    const growth = grown(total(before.samples, name), total(after.samples, name));
    // Of what came while nobody read, a minute's share.
    return { at: after.at, growth: growth * Math.min(1, minute / Math.max(1, after.at - before.at)) };
  });
  return steps.map(({ at }) => ({
    at,
    value: steps
      .filter((step) => step.at <= at && step.at > at - minute)
      .reduce((sum, { growth }) => sum + growth, 0),
  }));
}

/** The 95th percentile of how long the exchanges of a minute took, in milliseconds; 0 where there were none. */
export function exchangeLatency(readings: readonly Reading[]): readonly Point[] {
  return readings.slice(1).map((after, at) => {
    const earlier = readings.slice(0, at + 1);
    const before = earlier.findLast((reading) => reading.at <= after.at - minute) ?? earlier[0] ?? after;
    return { at: after.at, value: (slowest(before.samples, after.samples) ?? 0) * 1000 };
  });
}

function slowest(before: readonly Sample[], after: readonly Sample[]): number | undefined {
  const name = 'daypass_request_duration_seconds';
  const isExchange = ({ operation = '' }: Sample['labels']): boolean => exchanging.has(operation);
  const count = (samples: readonly Sample[]): number => total(samples, `${name}_count`, isExchange);
  return quantile(count(before) > count(after) ? [] : before, after, name, 0.95, isExchange);
}

/** A restart of the service counts from nothing again. */
function grown(from: number, to: number): number {
  return to >= from ? to - from : to;
}
