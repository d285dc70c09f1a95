import { useEffect, useState } from 'preact/hooks';
import {
  type AuditEvent,
  type EventFilter,
  type FoundEvents,
  listEvents,
  listEventsSince,
  mergedEvents,
} from '../../api/audit.ts';
import { useDesk } from '../../desk.ts';
import { useDoing } from '../../parts/load.tsx';

/** Milliseconds between two looks for what is new. */
const pause = 2000;
/** Seconds that an event can come late: nodes write theirs down in batches. */
const latestArrival = 10;

export interface LiveEvents {
  /** Undefined until the first are there. */
  readonly found: FoundEvents | undefined;
  readonly busy: boolean;
  readonly error: unknown;
  showMore(): void;
}

/** The events that meet a filter, which does not change; those that come while one looks included. */
export function useEvents(filter: EventFilter, isLive: boolean): LiveEvents {
  const { api } = useDesk();
  const [found, setFound] = useState<FoundEvents>();
  const [lost, setLost] = useState<unknown>();
  const { busy, error, run } = useDoing();
  const add = ({ events, next }: FoundEvents): void =>
    setFound((before) => ({ events: together(before?.events ?? [], events), next }));

  useEffect(() => {
    run(async () => add(await listEvents(api, filter)));
  }, []);

  const isThere = found !== undefined;
  useEffect(() => {
    if (!isLive || !isThere) return;
    let isCurrent = true;
    let timer = 0;
    let newest = found.events[0];
    const opened = Date.now();
    const look = async (): Promise<void> => {
      const since = newest === undefined ? opened : Date.parse(newest.eventTime);
      const events = await listEventsSince(api, filter, Math.floor(since / 1000) - latestArrival);
      newest = events[0] ?? newest;
      if (isCurrent) setFound((before) => before && { ...before, events: together(before.events, events) });
    };
    const lookLater = (): void => {
      timer = window.setTimeout(async () => {
        const failure = await (document.hidden ? undefined : look().catch((error: unknown) => error));
        if (!isCurrent) return;
        setLost(failure);
        lookLater();
      }, pause);
    };
    lookLater();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [isLive, isThere]);

  return {
    found,
    busy: busy || (found === undefined && error === undefined),
    error: error ?? lost,
    showMore: () => run(async () => add(await listEvents(api, filter, found?.next))),
  };
}

/** The same list when nothing is new, so that nothing is drawn again. */
function together(before: readonly AuditEvent[], more: readonly AuditEvent[]): readonly AuditEvent[] {
  const all = mergedEvents(before, more);
  return all.length === before.length && before.length > 0 ? before : all;
}
