import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { newIdentityId, newPoolId } from '../ids.ts';
import { auditEvent } from './event.ts';
import { EventsWebhookMalformed, openEvents, secretKey, signedWebhook, webhookSignature } from './events.ts';
import { type LifecycleEvent, lifecycleEvent } from './lifecycle.ts';
import { openSpool } from './spool.ts';

const place = { region: 'us-east-1', account: '000000000000' };
const poolId = newPoolId(place.region);
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function created(): LifecycleEvent {
  const event = auditEvent(
    place,
    Date.now(),
    { requestId: 'r', sourceIp: '203.0.113.9', changes: [] },
    {
      eventSource: 'cognito-identity.amazonaws.com',
      eventName: 'IdentityCreated',
      eventType: 'AwsServiceEvent',
      additionalEventData: { identityPoolId: poolId, identityId: newIdentityId(place.region) },
    },
  );
  const told = lifecycleEvent(place, event);
  if (told === undefined) throw new Error('IdentityCreated is told');
  return told;
}

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let folder: string;
let status: number;
let deliveries: Delivery[];
const receiver = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    deliveries.push({ headers: request.headers, body });
    response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end();
  });
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-events-'));
  status = 204;
  deliveries = [];
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
const until = (condition: () => boolean) =>
  expect.poll(condition, { timeout: 20_000, interval: 5 }).toBe(true);

function open(
  file: string | undefined,
  options: { delivers?: boolean; address?: string; most?: number } = {},
) {
  const counts = { delivered: 0, dropped: 0, failed: 0 };
  const events = openEvents({
    webhook: { url: options.address ?? url(), secret },
    queue: openSpool<LifecycleEvent>(file, options.most),
    clock: systemClock,
    delivers: options.delivers ?? true,
    firstPause: 1,
    settled: (outcome, count) => {
      counts[outcome] += count;
    },
    failed: () => counts.failed++,
  });
  return { ...events, counts };
}

const received = (): LifecycleEvent[] => deliveries.flatMap(({ body }): LifecycleEvent[] => JSON.parse(body));
const file = () => join(folder, 'events.sqlite');

describe('events for apps', () => {
  it('come in order, in batches that are signed', async () => {
    const events = open(undefined);
    const put = Array.from({ length: 100 }, created);
    for (const event of put) events.put(event);
    await until(() => events.counts.delivered === 100);
    await events.close();
    expect(received()).toEqual(put);
    expect(deliveries.length).toBeLessThan(10);
    for (const { headers, body } of deliveries) {
      expect(headers['content-type']).toBe('application/cloudevents-batch+json; charset=utf-8');
      const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
      expect(String(id)).toMatch(/^msg_[0-9a-f]{32}$/);
      expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(300);
      expect(signature).toBe(webhookSignature(secretKey(secret), String(id), String(timestamp), body));
    }
  });

  it.each([500, 404, 401, 410, 302])(
    'are offered again until the webhook takes them (%i)',
    async (answer) => {
      status = answer;
      const events = open(undefined);
      const event = created();
      events.put(event);
      await until(() => deliveries.length >= 3 || events.counts.failed >= 3);
      status = 200;
      await until(() => events.counts.delivered === 1);
      await events.close();
      expect(new Set(deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(events.counts.dropped).toBe(0);
    },
  );

  it('that nobody took are there after a restart, in the same order, and come before newer ones', async () => {
    const before = open(file(), { address: 'http://127.0.0.1:9/' });
    const put = Array.from({ length: 60 }, created);
    for (const event of put) before.put(event);
    await before.close();
    expect(before.counts).toMatchObject({ delivered: 0, dropped: 0 });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const after = open(file());
    const newer = created();
    after.put(newer);
    await until(() => after.counts.delivered === 61);
    await after.close();
    expect(received()).toEqual([...put, newer]);
  });

  it('of several workers go out through one of them', async () => {
    const [first, second] = [open(file()), open(file(), { delivers: false })];
    const put = [created(), created()];
    for (const event of put) second.put(event);
    await until(() => first.counts.delivered === 2);
    await second.close();
    await first.close();
    expect(received()).toEqual(put);
  });

  it('are delivered twice rather than never, when two deliver at once', async () => {
    status = 503;
    const [one, other] = [open(file()), open(file())];
    const put = Array.from({ length: 90 }, created);
    for (const event of put) one.put(event);
    await until(() => one.counts.failed > 0);
    status = 200;
    deliveries = [];
    await until(() => new Set(received().map(({ id }) => id)).size === 90);
    await one.close();
    await other.close();
    expect(new Set(received().map(({ id }) => id))).toEqual(new Set(put.map(({ id }) => id)));
  });

  it('are dropped and counted only when the queue is full', async () => {
    const events = open(file(), { address: 'http://127.0.0.1:9/', most: 10 });
    for (let n = 0; n < 15; n++) events.put(created());
    await events.close();
    expect(events.counts.dropped).toBe(5);
  });
});

describe('the signature', () => {
  it('is that of the Standard Webhooks libraries', () => {
    const key = secretKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(webhookSignature(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it.each(['', 'whsec_', 'c2hvcnQ=', 'not base64 at all, but long enough to be one', 'A'.repeat(100)])(
    'is not made with %j',
    (weak) => {
      const webhook = { url: 'https://app.test/', secret: weak };
      expect(() => signedWebhook(webhook, systemClock)).toThrow(EventsWebhookMalformed);
    },
  );

  it('is not sent where it can be overheard', () => {
    const webhook = { url: 'http://app.test/', secret };
    expect(() => signedWebhook(webhook, systemClock)).toThrow(EventsWebhookMalformed);
  });
});
