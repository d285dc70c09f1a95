import { useState } from 'preact/hooks';
import type { AuditEvent } from '../../api/audit.ts';
import { Code } from '../../parts/code.tsx';
import { Badge } from '../../parts/notice.tsx';

/** One event: when, what, who and how it went; opened, all of it. */
export function Event({ event }: { readonly event: AuditEvent }) {
  const [isOpen, setOpen] = useState(false);
  const { eventName, userIdentity, sourceIPAddress, errorCode, errorMessage, additionalEventData } = event;
  const isRefused = errorCode !== undefined;
  const who = userIdentity.arn?.replace(/^arn:aws:[\w-]+::\d+:/, '') ?? 'somebody without a signature';
  return (
    <li>
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <When time={event.eventTime} />
          <Badge tone={isRefused ? 'bad' : 'good'}>{isRefused ? 'Refused' : 'Done'}</Badge>
          <strong>{eventName}</strong>
          <span class="soft">
            {who} at {sourceIPAddress === '' ? 'an unknown address' : sourceIPAddress}
          </span>
          {isRefused && (
            <span class="why">
              {errorCode}: {additionalEventData?.reason ?? errorMessage}
            </span>
          )}
        </summary>
        {isOpen && <Code what="the event" text={JSON.stringify(event, undefined, 2)} />}
      </details>
    </li>
  );
}

/** The time of day, with the date where it is another. */
function When({ time }: { readonly time: string }) {
  const at = new Date(time);
  const isToday = at.toDateString() === new Date().toDateString();
  const text = isToday
    ? at.toLocaleTimeString(undefined, { timeStyle: 'medium' })
    : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  return (
    <time dateTime={time} title={at.toLocaleString()}>
      {text}
    </time>
  );
}
