import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuditEvent, everyEvent, listEvents, listEventsSince, mergedEvents } from './audit.ts';

const event = (eventID: string): AuditEvent => ({
  eventID,
  eventTime: '2026-11-23T10:00:00Z',
  eventName: 'CreateRole',
  userIdentity: { type: 'Root' },
  sourceIPAddress: '::1',
  requestID: '',
});

describe('audit events', () => {
  it('that come late or twice stand where they belong, once', () => {
    const ids = fc.uniqueArray(fc.uuid({ version: 7 }), { maxLength: 20 });
    fc.assert(
      fc.property(ids, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (ids, isOld) => {
        const all = ids.map(event);
        const merged = mergedEvents(
          all.filter((_, at) => isOld[at]),
          all.filter((_, at) => !isOld[at] || at % 2 === 0),
        );
        expect(merged.map(({ eventID }) => eventID)).toEqual(ids.toSorted().reverse());
      }),
    );
  });

  const answering = (...pages: readonly { Events: AuditEvent[]; NextToken?: string }[]) => {
    const asked: object[] = [];
    const api = {
      daypass: async <Answer>(_operation: string, input: object) => {
        asked.push(input);
        return pages[asked.length - 1] as Answer;
      },
    };
    return { api, asked };
  };
  const filter = { ...everyEvent, operation: 'CreateRole' };

  it('are looked for until there is one, or no more', async () => {
    const pages = [{ Events: [], NextToken: 'a' }, { Events: [event('1')], NextToken: 'b' }, { Events: [] }];
    const { api, asked } = answering(...pages);
    expect(await listEvents(api, filter)).toEqual({ events: [event('1')], next: 'b' });
    expect(await listEvents(api, filter, 'b')).toEqual({ events: [], next: undefined });
    expect(asked).toEqual([
      { MaxResults: 50, NextToken: undefined, Operation: 'CreateRole' },
      { MaxResults: 50, NextToken: 'a', Operation: 'CreateRole' },
      { MaxResults: 50, NextToken: 'b', Operation: 'CreateRole' },
    ]);
  });

  it('since a time are all of them, however many pages they take', async () => {
    const { api, asked } = answering(
      { Events: [event('3'), event('2')], NextToken: 'a' },
      { Events: [event('1')] },
    );
    expect(await listEventsSince(api, filter, 5)).toEqual([event('3'), event('2'), event('1')]);
    expect(asked).toEqual(Array(2).fill(expect.objectContaining({ Time: { From: 5 } })));
  });

  it('are never older than the filter wants them', async () => {
    const { api, asked } = answering({ Events: [] }, { Events: [] });
    await listEventsSince(api, { ...filter, since: 9 }, 5);
    await listEvents(api, { ...filter, since: 9 });
    expect(asked).toEqual(Array(2).fill(expect.objectContaining({ Time: { From: 9 } })));
  });
});
