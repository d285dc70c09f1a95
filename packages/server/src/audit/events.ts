import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import { type Deliver, Outbox, type OutboxOptions, type Queue } from './outbox.ts';
import { post, webhookUrl } from './sinks.ts';

/** Where events for apps go. */
export interface EventsWebhook {
  /** https, or http on loopback. */
  readonly url: string;
  /** 24 to 64 bytes in base64, `whsec_` before them or not: the key of the signatures. */
  readonly secret: string;
}

/** The webhook is not one that events can be sent to; the message says why. */
export class EventsWebhookMalformed extends Error {
  override readonly name = 'EventsWebhookMalformed';
}

/** Milliseconds after which what another worker put into the queue is looked for. */
const lookAgain = 1000;
/** Some 20 KB, which is what receivers are used to. Source: Standard Webhooks, "Payload size". */
const batchSize = 40;

/**
 * Delivers events at least once and in the order in which they were put in: a batch is offered again and again, with
 * pauses up to a minute, until the webhook answers 2xx, and no other one goes before it.
 */
export function openEvents(
  options: Pick<OutboxOptions<LifecycleEvent>, 'settled' | 'failed' | 'firstPause'> & {
    readonly webhook: EventsWebhook;
    readonly queue: Queue<LifecycleEvent> & { close(): void };
    readonly clock: Clock;
    /** Whether it is on this process to deliver; else it only puts events into the queue. */
    readonly delivers: boolean;
  },
): { put(event: LifecycleEvent): void; close(): Promise<void> } {
  const { webhook, queue, clock, delivers, settled, failed } = options;
  const deliver = signedWebhook(webhook, clock);
  const outbox = delivers ? new Outbox({ ...options, deliver, batchSize }) : undefined;
  outbox?.wake();
  const timer = outbox && setInterval(() => outbox.wake(), lookAgain);
  timer?.unref();
  return {
    put(event) {
      try {
        if (queue.put(event)) outbox?.wake();
        else settled('dropped', 1);
      } catch (error) {
        // A full disk is no reason to refuse a sign-in.
        failed(error);
        settled('dropped', 1);
      }
    },
    async close() {
      clearInterval(timer);
      await outbox?.close();
      queue.close();
    },
  };
}

/**
 * Posts a batch of CloudEvents, signed. The id is the batch's own: it stays when the same batch is offered again.
 * Source: Standard Webhooks, "Signature scheme"; CloudEvents, "HTTP Protocol Binding", batched content mode.
 */
export function signedWebhook(
  { url: address, secret }: EventsWebhook,
  clock: Clock,
): Deliver<LifecycleEvent> {
  const url = webhookUrl(address);
  if (url === undefined) throw new EventsWebhookMalformed('the events webhook must be an https URL');
  const key = secretKey(secret);
  return async (events) => {
    const body = JSON.stringify(events);
    const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const status = await post(
      url,
      {
        'content-type': 'application/cloudevents-batch+json; charset=utf-8',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': webhookSignature(key, id, timestamp, body),
      },
      body,
    );
    // Whatever it is that is wrong over there may be put right: nothing is given up.
    if (status >= 300) throw new Error(`the webhook answered ${status}`);
  };
}

/** Source: Standard Webhooks, "Signature scheme". */
export function webhookSignature(key: Buffer, id: string, timestamp: string, body: string): string {
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${mac}`;
}

export function secretKey(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, '');
  const key = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || key.length < 24 || key.length > 64) {
    throw new EventsWebhookMalformed('the secret of the events webhook must be 24 to 64 bytes in base64');
  }
  return key;
}
