import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Place } from '../access/arn.ts';
import type { Clock } from '../clock.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { AuditEvent } from './event.ts';
import { type EventsWebhook, openEvents } from './events.ts';
import { type LifecycleEvent, lifecycleEvent } from './lifecycle.ts';
import { openSpool } from './spool.ts';

/** Tells apps what audit events mean to them. Throws `EventsWebhookMalformed`. */
export function openAppEvents(options: {
  readonly webhook: EventsWebhook;
  /** Where what waits is kept; in memory without it. */
  readonly data: string | undefined;
  readonly place: Place;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'auditEvents'>;
  readonly log: Logger;
  /** Whether this process delivers for all that share the directory. */
  readonly isFirst: boolean;
}): { tell(event: AuditEvent): void; close(): Promise<void> } {
  const { webhook, data, place, clock, metrics, log, isFirst } = options;
  const events = openEvents({
    webhook,
    queue: openSpool<LifecycleEvent>(data && join(data, 'events.sqlite')),
    clock,
    // What is in memory nobody else can deliver.
    delivers: isFirst || data === undefined,
    settled: (outcome, count) => metrics.auditEvents.inc('events', outcome, count),
    failed: (err) => log.error({ err }, 'events were not delivered'),
  });
  return {
    tell(event) {
      const told = lifecycleEvent(place, event);
      if (told !== undefined) events.put(told);
    },
    close: events.close,
  };
}
