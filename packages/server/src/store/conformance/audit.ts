import { expect, it } from 'vitest';
import type { AuditEntry } from '../store.ts';
import type { OpenStore } from './conformance.ts';

const entries = Array.from(
  { length: 12 },
  (_, n): AuditEntry => ({
    id: `0190-${String(n).padStart(4, '0')}`,
    at: 1000 + n,
    requestId: `request-${n % 4}`,
    event: { eventName: 'GetId', note: '\u{1f600} \0', list: [n, null, true] },
  }),
);

export function auditPromises(open: OpenStore): void {
  it('lists the newest first, page by page, whatever order they were appended in', async () => {
    const store = await open();
    await store.appendAudit(entries.slice(6).toReversed());
    await store.appendAudit(entries.slice(0, 6));
    expect(await store.listAudit({ limit: 5 })).toEqual(entries.toReversed().slice(0, 5));
    expect(await store.listAudit({ before: '0190-0007', limit: 5 })).toEqual(
      entries.slice(2, 7).toReversed(),
    );
    expect(await store.listAudit({ before: '0190-0000', limit: 5 })).toEqual([]);
  });

  it('gives the entries of one request, newest first', async () => {
    const store = await open();
    await store.appendAudit(entries);
    expect(await store.auditOfRequest('request-1')).toEqual(
      entries.filter(({ requestId }) => requestId === 'request-1').toReversed(),
    );
    expect(await store.auditOfRequest('request-%')).toEqual([]);
  });

  it('keeps an entry once when it is appended again', async () => {
    const store = await open();
    await store.appendAudit(entries);
    await store.appendAudit(entries.slice(3));
    await store.appendAudit([]);
    expect(await store.listAudit({ limit: 100 })).toEqual(entries.toReversed());
  });

  it('forgets the oldest, no more at a time than it is told', async () => {
    const store = await open();
    await store.appendAudit(entries);
    expect(await store.pruneAudit({ before: '0190-0005', limit: 3 })).toBe(3);
    expect(await store.pruneAudit({ before: '0190-0005', limit: 3 })).toBe(2);
    expect(await store.pruneAudit({ before: '0190-0005', limit: 3 })).toBe(0);
    expect(await store.listAudit({ limit: 100 })).toEqual(entries.slice(5).toReversed());
  });
}
