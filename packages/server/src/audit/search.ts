import { setImmediate as otherWork } from 'node:timers/promises';
import type { AuditEntry, Store } from '../store/store.ts';
import type { AuditEvent } from './event.ts';
import { firstUuid7 } from './uuid7.ts';

/** Which events; all conditions given must hold. */
export interface EventQuery {
  /** Milliseconds since the epoch; `from` inclusive, `to` exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Ids of events: only those newer than the one, and older than the other. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly requestId?: string | undefined;
  readonly operation?: string | undefined;
  readonly refused?: boolean | undefined;
  /** Ids of pools and identities, each of which stands somewhere in the event. */
  readonly mentioned: readonly string[];
  readonly limit: number;
}

export interface FoundEvents {
  readonly events: readonly AuditEvent[];
  /** Where to go on, as `before`, when there may be more. */
  readonly next?: string | undefined;
}

/** Entries read at a time. */
const stretch = 500;
/** Entries looked at for one answer: a rare match keeps neither the process nor the caller waiting. */
const mostLookedAt = 20_000;

/** Events out of the store, newest first; perhaps fewer than the limit, or none, although there are more. */
export async function findEvents(
  store: Pick<Store, 'listAudit' | 'auditOfRequest'>,
  query: EventQuery,
): Promise<FoundEvents> {
  const { from = 0, to, after = '', limit, requestId } = query;
  const oldest = firstUuid7(from);
  const isOver = ({ id }: AuditEntry): boolean => id < oldest || id <= after;
  let before = earlier(query.before, to === undefined ? undefined : firstUuid7(to));
  if (requestId !== undefined) {
    const entries = (await store.auditOfRequest(requestId)).filter(
      (entry) => !isOver(entry) && (before === undefined || entry.id < before) && meets(entry, query),
    );
    return { events: entries.slice(0, limit).map(eventOf) };
  }
  const events: AuditEvent[] = [];
  for (let lookedAt = 0; lookedAt < mostLookedAt; lookedAt += stretch) {
    const entries = await store.listAudit({ ...(before !== undefined && { before }), limit: stretch });
    for (const entry of entries) {
      if (isOver(entry)) return { events };
      if (meets(entry, query)) {
        if (events.length === limit) return { events, next: before };
        events.push(eventOf(entry));
      }
      before = entry.id;
    }
    if (entries.length < stretch) return { events };
    await otherWork();
  }
  return { events, next: before };
}

function earlier(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function meets(entry: AuditEntry, { operation, refused, mentioned }: EventQuery): boolean {
  const { eventName, errorCode } = eventOf(entry);
  if (operation !== undefined && eventName !== operation) return false;
  if (refused !== undefined && (errorCode !== undefined) !== refused) return false;
  if (mentioned.length === 0) return true;
  const text = JSON.stringify(entry.event);
  return mentioned.every((id) => text.includes(id));
}

/** What the recorder has put into the store. */
function eventOf({ event }: AuditEntry): AuditEvent {
  return event as AuditEvent;
}
