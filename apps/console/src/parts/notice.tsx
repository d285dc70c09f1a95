import type { ComponentChildren } from 'preact';
import { ApiError } from '../api/client.ts';
import { Icon } from './icons.tsx';

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: Tone;
  readonly title?: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      {title !== undefined && <strong>{title}</strong>}
      <div>{children}</div>
    </div>
  );
}

/** Why something did not work, in the service's words, with what to do where that is known. */
export function Failure({ error }: { readonly error: unknown }) {
  if (error === undefined) return null;
  if (!(error instanceof ApiError)) {
    // Of what the browser throws, fetch's failures are TypeErrors.
    const title = error instanceof TypeError ? 'The service was not reached' : 'This did not work';
    return (
      <Notice tone="bad" title={title}>
        {error instanceof Error ? error.message : String(error)}
      </Notice>
    );
  }
  return (
    <Notice tone="bad" title={error.code}>
      <p>{error.message}</p>
      {error.requestId !== '' && (
        <p class="soft">
          Request <code>{error.requestId}</code>
        </p>
      )}
    </Notice>
  );
}

/** Shown once something takes long enough to be noticed. */
export function Progress({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="progress" role="status">
      <span class="bar" aria-hidden="true" />
      {children}
    </div>
  );
}

/** Nothing is here yet: what this is for, and how to begin. */
export function Empty({
  title,
  icon,
  children,
  action,
}: {
  readonly title: string;
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly children: ComponentChildren;
  readonly action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <div class="empty-text">{children}</div>
      {action}
    </div>
  );
}

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}
