import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMetrics } from '../metrics/metrics.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { type AuditEvent, auditEvent } from './event.ts';
import { openRecorder } from './recorder.ts';

const place = { region: 'us-east-1', account: '000000000000' };
const day = 86_400_000;

describe('the recorder', () => {
  let store: Store;
  let now: number;
  const clock = { now: () => now };
  const log = pino({ level: 'silent' });

  beforeEach(async () => {
    now = 1_700_000_000_000;
    store = await openSqliteStore({ path: ':memory:' });
  });
  afterEach(() => store.close());

  function event(more: Partial<AuditEvent> = {}): AuditEvent {
    const record = { requestId: 'request-1', sourceIp: '203.0.113.9', changes: [] };
    return auditEvent(place, now, record, { eventSource: 'daypass', eventName: 'Federate', ...more });
  }

  function open(sinkEvents: AuditEvent[] = []) {
    const deliver = async (events: readonly AuditEvent[]) => void sinkEvents.push(...events);
    const sinks = [{ name: 'file', deliver } as const];
    return openRecorder({ sinks, store, clock, metrics: openMetrics(), log, prunes: false });
  }

  it('sends every event to the sinks, and those to be kept to the store', async () => {
    const sent: AuditEvent[] = [];
    const recorder = open(sent);
    const [exchange, change] = [event(), event({ eventName: 'CreateRole' })];
    recorder.record(exchange, { keep: false });
    recorder.record(change, { keep: true });
    await recorder.close();
    expect(sent).toEqual([exchange, change]);
    const kept = await store.auditOfRequest('request-1');
    expect(kept).toEqual([{ id: change.eventID, at: now, requestId: 'request-1', event: change }]);
  });

  it('keeps refusals at a bounded rate, and every administrative change', async () => {
    const recorder = open();
    const refusal = { errorCode: 'NotAuthorizedException' };
    for (let n = 0; n < 1000; n++) recorder.record(event(refusal), { keep: true });
    now += 20_000;
    for (let n = 0; n < 1000; n++) recorder.record(event(refusal), { keep: true });
    for (let n = 0; n < 700; n++) recorder.record(event({ eventName: 'CreateRole' }), { keep: true });
    await recorder.close();
    const kept = await store.listAudit({ limit: 5000 });
    const isRefusal = (entry: { event: unknown }) => (entry.event as AuditEvent).errorCode !== undefined;
    expect(kept.filter(isRefusal).length).toBe(620);
    expect(kept.length).toBe(1320);
  });

  it('forgets what is older than thirty days, and nothing else', async () => {
    const recorder = open();
    for (let n = 0; n < 1100; n++) recorder.record(event({ eventName: 'CreateRole' }), { keep: true });
    now += 10 * day;
    recorder.record(event({ eventName: 'DeleteRole' }), { keep: true });
    await recorder.close();
    now += 20 * day + 1;
    await recorder.prune();
    const left = await store.listAudit({ limit: 5000 });
    expect(left.map((entry) => (entry.event as AuditEvent).eventName)).toEqual(['DeleteRole']);
  });
});
