import { quantile, type Sample, total } from '../../api/metrics.ts';
import type { Point } from './chart.tsx';
import type { Reading } from './use-metrics.ts';

const exchanging = new Set([
  'GetCredentialsForIdentity',
  'Federate',
  'AssumeRoleWithWebIdentity',
  'AssumeRoleWithSAML',
]);

/** What was added to a counter between readings, per minute. A restart of the service counts from nothing again. */
export function perMinute(readings: readonly Reading[], name: string): readonly Point[] {
  return between(readings, (before, after, minutes) => {
    const [from, to] = [total(before, name), total(after, name)];
    return (to >= from ? to - from : to) / minutes;
  });
}

/** The 95th percentile of how long exchanges took, in milliseconds; the last known while there are none. */
export function exchangeLatency(readings: readonly Reading[]): readonly Point[] {
  let last = 0;
  return between(readings, (before, after) => {
    const seconds = quantile(before, after, 'daypass_request_duration_seconds', 0.95, ({ operation }) =>
      exchanging.has(operation ?? ''),
    );
    if (seconds !== undefined) last = seconds * 1000;
    return last;
  });
}

function between(
  readings: readonly Reading[],
  measure: (before: readonly Sample[], after: readonly Sample[], minutes: number) => number,
): readonly Point[] {
  return readings.slice(1).map((after, at) => {
    const before = readings[at] ?? after;
    const minutes = Math.max(1, after.at - before.at) / 60_000;
    return { at: after.at, value: measure(before.samples, after.samples, minutes) };
  });
}
