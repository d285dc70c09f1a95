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
  const url = webhookUrl(destination);
  if (url !== undefined) return webhook(url);
  throw new Error('An audit destination is file:PATH, stdout or an https URL.');
}

/** The URL of a webhook: https, or http on loopback. */
export function webhookUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  return isAllowed ? url : undefined;
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
    const status = await post(
      url,
      { 'content-type': 'application/json' },
      JSON.stringify({ Records: events }),
    );
    if (status < 300) return;
    const message = `the webhook answered ${status}`;
    const isWrong = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
    throw isWrong ? new Undeliverable(message) : new Error(message);
  }
  return { name: 'webhook', deliver };
}

/** Posts to a webhook and resolves to the status. Throws when there is no answer in time, or one that leads elsewhere. */
export async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<number> {
  const signal = AbortSignal.timeout(webhookTimeout);
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
  await response.body?.cancel();
  return response.status;
}
