import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Store } from '../store/store.ts';
import type { AuditEvent } from './event.ts';
import { type Deliver, Outbox } from './outbox.ts';
import type { Sink } from './sinks.ts';
import type { Recorder } from './trail.ts';
import { firstUuid7 } from './uuid7.ts';

/** Refusals a second that the store keeps in the long run, and at once: what strangers can fill it with has a bound. */
const keptPerSecond = 1;
const keptAtOnce = 600;
const day = 24 * 60 * 60 * 1000;
const keptFor = 30 * day;
/** Milliseconds between two cleanings of the store, and entries deleted at a time. */
const pruneInterval = 10 * 60 * 1000;
const pruneBatch = 500;

/**
 * Records events in every sink, and those to be kept in the store for thirty days. What a sink or the store cannot take
 * at once waits in memory, 10,000 events at most; more are counted and dropped.
 */
export function openRecorder(options: {
  readonly sinks: readonly Sink[];
  /** Told of every event as well: where events for apps come from. */
  readonly apps?: ((event: AuditEvent) => void) | undefined;
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'auditEvents'>;
  readonly log: Logger;
  /** Whether it is on this process to delete what is old. */
  readonly prunes: boolean;
}): Recorder & { prune(): Promise<void>; close(): Promise<void> } {
  const { sinks, apps, store, clock, metrics, log } = options;

  function outbox(sink: string, deliver: Deliver<AuditEvent>): Outbox<AuditEvent> {
    return new Outbox({
      deliver,
      settled: (outcome, count) => metrics.auditEvents.inc(sink, outcome, count),
      failed: (err) => log.error({ err, sink }, 'audit events were not delivered'),
    });
  }

  const kept = outbox('store', (events) =>
    store.appendAudit(
      events.map((event) => ({
        id: event.eventID,
        at: Date.parse(event.eventTime),
        requestId: event.requestID,
        event,
      })),
    ),
  );
  const everything = sinks.map(({ name, deliver }) => outbox(name, deliver));
  const admitsRefusal = refusalBudget(clock);

  async function prune(): Promise<void> {
    const before = firstUuid7(clock.now() - keptFor);
    while ((await store.pruneAudit({ before, limit: pruneBatch })) === pruneBatch);
  }

  const failed = (err: unknown) => log.error({ err }, 'old audit entries were not deleted');
  const timer = options.prunes ? setInterval(() => prune().catch(failed), pruneInterval) : undefined;
  timer?.unref();

  return {
    forwards: sinks.length > 0 || apps !== undefined,
    record(event, { keep }) {
      for (const sink of everything) sink.put(event);
      apps?.(event);
      if (!keep) return;
      if (event.errorCode === undefined || admitsRefusal()) kept.put(event);
      else metrics.auditEvents.inc('store', 'dropped');
    },
    prune,
    async close() {
      clearInterval(timer);
      await Promise.all([kept, ...everything].map((box) => box.close()));
    },
  };
}

/** Whether one more refusal may be kept. */
function refusalBudget(clock: Clock): () => boolean {
  let budget = keptAtOnce;
  let since = clock.now();
  return () => {
    const now = clock.now();
    budget = Math.min(budget + (Math.max(now - since, 0) / 1000) * keptPerSecond, keptAtOnce);
    since = now;
    if (budget < 1) return false;
    budget--;
    return true;
  };
}
