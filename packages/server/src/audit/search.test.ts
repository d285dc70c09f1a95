import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { auditEvent } from './event.ts';
import { type EventQuery, findEvents } from './search.ts';

const place = { region: 'us-east-1', account: '000000000000' };
const pool = 'us-east-1:00000000-0000-4000-8000-000000000001';
const identity = 'us-east-1:00000000-0000-4000-8000-000000000002';
const start = Date.UTC(2026, 0, 1);
const second = 1000;

describe('the search for audit events', () => {
  let store: Store;
  const ids: string[] = [];

  beforeAll(async () => {
    store = await openSqliteStore({ path: ':memory:' });
    const told = [
      { eventName: 'CreateRole', requestParameters: { RoleName: 'Players' } },
      { eventName: 'UpdateIdentityPool', requestParameters: { IdentityPoolId: pool } },
      {
        eventName: 'GetId',
        errorCode: 'NotAuthorizedException',
        requestParameters: { IdentityPoolId: pool },
      },
      {
        eventName: 'PutObject',
        errorCode: 'AccessDenied',
        requestParameters: { resource: `arn:x/${identity}/y` },
      },
      { eventName: 'CreateRole', errorCode: 'EntityAlreadyExists' },
    ];
    const events = told.map((event, at) => {
      const record = { requestId: `request-${at}`, sourceIp: '', changes: [] };
      return auditEvent(place, start + at * second, record, { eventSource: 'test', ...event });
    });
    ids.push(...events.map(({ eventID }) => eventID));
    await store.appendAudit(
      events.map((event) => ({
        id: event.eventID,
        at: Date.parse(event.eventTime),
        requestId: event.requestID,
        event,
      })),
    );
  });
  afterAll(() => store.close());

  const found = async (query: Partial<EventQuery>) => {
    const { events } = await findEvents(store, { mentioned: [], limit: 10, ...query });
    return events.map(({ requestID }) => Number(requestID.at(-1)));
  };

  it.each<[string, Partial<EventQuery>, number[]]>([
    ['everything, newest first', {}, [4, 3, 2, 1, 0]],
    ['from a moment on', { from: start + 3 * second }, [4, 3]],
    ['up to a moment', { to: start + 2 * second }, [1, 0]],
    ['between two', { from: start + second, to: start + 3 * second }, [2, 1]],
    ['of an operation', { operation: 'CreateRole' }, [4, 0]],
    ['that were refused', { refused: true }, [4, 3, 2]],
    ['that were done', { refused: false }, [1, 0]],
    ['of a pool', { mentioned: [pool] }, [2, 1]],
    ['of an identity, by a resource of its', { mentioned: [identity] }, [3]],
    ['of both', { mentioned: [pool, identity] }, []],
    ['of a request', { requestId: 'request-2' }, [2]],
    ['of a request, if the rest holds too', { requestId: 'request-2', operation: 'CreateRole' }, []],
    ['of a request, if it was then', { requestId: 'request-2', to: start + second }, []],
    ['of an operation, refused', { operation: 'CreateRole', refused: true }, [4]],
  ])('finds %s', async (_what, query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('finds what is newer than an event, for who has seen that one', async () => {
    expect(await found({ after: ids[2] })).toEqual([4, 3]);
    expect(await found({ after: ids[4] })).toEqual([]);
  });

  it('goes on where a page has ended', async () => {
    const pages: number[][] = [];
    let before: string | undefined;
    do {
      const { events, next } = await findEvents(store, { mentioned: [], limit: 2, before });
      pages.push(events.map(({ requestID }) => Number(requestID.at(-1))));
      before = next;
    } while (before !== undefined);
    expect(pages).toEqual([[4, 3], [2, 1], [0]]);
  });

  it('gives up for the time being when a match is rare, and says where it was', async () => {
    const large = await openSqliteStore({ path: ':memory:' });
    const entries = Array.from({ length: 20_500 }, (_, at) => ({
      id: String(at).padStart(36, '0'),
      at,
      requestId: 'x',
      event: { eventName: at === 0 ? 'DeleteRole' : 'CreateRole' },
    }));
    await large.appendAudit(entries);
    const query = { mentioned: [], operation: 'DeleteRole', limit: 10 };
    const first = await findEvents(large, query);
    expect(first.events).toEqual([]);
    const { events, next } = await findEvents(large, { ...query, before: first.next });
    expect([events, next]).toEqual([[{ eventName: 'DeleteRole' }], undefined]);
    await large.close();
  });
});
