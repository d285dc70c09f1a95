import { appendFile } from 'node:fs/promises';
import type { AuditEvent } from './event.ts';
import { type Deliver, Undeliverable } from './outbox.ts';

/** Where events go besides the store. */
export interface Sink {
  readonly name: 'file' | 'stdout' | 'webhook';
  readonly deliver: Deliver<AuditEvent>;
}

/** Milliseconds that a webhook may take. */
const webhookTimeout = 10_000;

/**
 * The sink of `file:PATH`, `stdout` or a URL, which is https, or http on loopback. Throws an `Error` for anything else.
 */
export function sinkOf(destination: string): Sink {
  if (destination === 'stdout') return { name: 'stdout', deliver: toStdout };
  if (destination.startsWith('file:') && destination.length > 5) return fileSink(destination.slice(5));
  const url = URL.canParse(destination) ? new URL(destination) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) {
    return webhook(url);
  }
  throw new Error('An audit destination is file:PATH, stdout or an https URL.');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** One JSON document a line. The file is opened for every batch, so that it may be renamed away at any time. */
function fileSink(path: string): Sink {
  return { name: 'file', deliver: (events) => appendFile(path, lines(events), { mode: 0o600 }) };
}

function toStdout(events: readonly AuditEvent[]): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(lines(events), (error) => (error ? reject(error) : resolve()));
  });
}

function lines(events: readonly AuditEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/**
 * Posts batches as CloudTrail's log files have them, `{"Records": […]}`. Any status but 2xx is tried again, except one
 * that says that the request itself is wrong.
 */
function webhook(url: URL): Sink {
  async function deliver(events: readonly AuditEvent[]): Promise<void> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ Records: events }),
      redirect: 'error',
      signal: AbortSignal.timeout(webhookTimeout),
    });
    await response.body?.cancel();
    if (response.ok) return;
    const message = `the webhook answered ${response.status}`;
    const isWrong =
      response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status);
    throw isWrong ? new Undeliverable(message) : new Error(message);
  }
  return { name: 'webhook', deliver };
}
