import type { Api } from './client.ts';
import { everyPage } from './pages.ts';

/** An event in the shape of CloudTrail's records, as far as it is shown. */
export interface AuditEvent {
  /** A UUID of version 7: later events have greater ones. */
  readonly eventID: string;
  /** ISO 8601. */
  readonly eventTime: string;
  readonly eventName: string;
  readonly userIdentity: { readonly type: string; readonly arn?: string };
  readonly sourceIPAddress: string;
  readonly requestID: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly additionalEventData?: { readonly reason?: string };
}

/** Which events; what is empty does not count. */
export interface EventFilter {
  readonly pool: string;
  readonly identity: string;
  readonly operation: string;
  readonly outcome: '' | 'DONE' | 'REFUSED';
  readonly request: string;
  /** Seconds since the epoch. */
  readonly since: number;
}

export const everyEvent: EventFilter = {
  pool: '',
  identity: '',
  operation: '',
  outcome: '',
  request: '',
  since: 0,
};

export interface FoundEvents {
  readonly events: readonly AuditEvent[];
  /** Where to go on, when there may be more. */
  readonly next: string | undefined;
}

/** Some events, the newest first. */
export async function listEvents(api: Asked, filter: EventFilter, next?: string): Promise<FoundEvents> {
  let found = await page(api, filter, { next });
  // A page can be empty although there are more.
  while (found.events.length === 0 && found.next !== undefined)
    found = await page(api, filter, { next: found.next });
  return found;
}

/** Those that came to pass since a time, in seconds since the epoch: all, or the latest `most`. */
export async function listEventsSince(
  api: Asked,
  filter: EventFilter,
  since: number,
  most = 500,
): Promise<readonly AuditEvent[]> {
  return everyPage(async (next) => {
    const { events, next: further } = await page(api, filter, { next, since });
    return { items: events, next: further };
  }, most);
}

type Asked = Pick<Api, 'daypass'>;

async function page(
  api: Asked,
  { pool, identity, operation, outcome, request, since: earliest }: EventFilter,
  { next, since = 0 }: { readonly next: string | undefined; readonly since?: number },
): Promise<FoundEvents> {
  const From = Math.max(earliest, since);
  const answer = await api.daypass<{ Events: AuditEvent[]; NextToken?: string }>('ListAuditEvents', {
    MaxResults: 50,
    NextToken: next,
    ...(pool !== '' && { IdentityPoolId: pool }),
    ...(identity !== '' && { IdentityId: identity }),
    ...(operation !== '' && { Operation: operation }),
    ...(outcome !== '' && { Outcome: outcome }),
    ...(request !== '' && { RequestId: request }),
    ...(From > 0 && { Time: { From } }),
  });
  return { events: answer.Events, next: answer.NextToken };
}

/** Two lots of events as one, each event once, the newest first. */
export function mergedEvents(
  some: readonly AuditEvent[],
  others: readonly AuditEvent[],
): readonly AuditEvent[] {
  const byId = new Map([...some, ...others].map((event) => [event.eventID, event]));
  return [...byId.values()].sort((a, b) => (a.eventID < b.eventID ? 1 : -1));
}
