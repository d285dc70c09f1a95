import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { limitPools } from './limited.ts';
import { type Listener, listen, type Timeouts } from './listener.ts';
import type { Rates } from './rate-limit.ts';
import { echoEndpoints } from './testing.ts';

const patient: Timeouts = { head: 60_000, body: 60_000, idle: 60_000 };

describe('the listener', () => {
  let listener: Listener;
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await listener.close(0);
  });

  async function start(
    options: {
      rates?: Partial<Rates>;
      hops?: number;
      timeouts?: Partial<Timeouts>;
      maxConnections?: number;
    } = {},
  ): Promise<void> {
    const { rates, hops = 0, timeouts, maxConnections = 100 } = options;
    const endpoints = echoEndpoints({ rates: { perAddress: 0, perPool: 0, ...rates }, hops });
    const json = {
      ...endpoints.json,
      'cognito-identity': limitPools(
        endpoints.json['cognito-identity'],
        endpoints.limits,
        async () => 'us-east-1:other',
      ),
    };
    listener = await listen(
      { ...endpoints, json },
      { host: '127.0.0.1', port: 0, maxConnections, timeouts: { ...patient, ...timeouts } },
    );
  }

  const url = () => `http://127.0.0.1:${listener.port}/`;

  function call(operation: string, headers: Record<string, string> = {}, input: object = {}) {
    return fetch(url(), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityService.${operation}`,
        ...headers,
      },
      body: JSON.stringify(input),
    });
  }

  async function statuses(times: number, send: () => Promise<Response>): Promise<Record<number, number>> {
    const counted: Record<number, number> = {};
    for (let time = 0; time < times; time++) {
      const { status } = await send();
      counted[status] = (counted[status] ?? 0) + 1;
    }
    return counted;
  }

  /** A bare connection; `ended` resolves with everything it was sent once the other side is done with it. */
  function dial(): { socket: Socket; ended: Promise<string> } {
    const socket = connect(listener.port, '127.0.0.1');
    sockets.push(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', () => {});
    return { socket, ended: new Promise((resolve) => socket.on('close', () => resolve(received))) };
  }

  describe('limits the rate', () => {
    const stranger = { 'x-forwarded-for': '203.0.113.9' };

    it('of an address, with Amazon’s own refusal', async () => {
      await start({ rates: { perAddress: 0.5 }, hops: 1 });
      expect(await statuses(8, () => call('GetId', stranger))).toEqual({ 200: 5, 429: 3 });
      const refused = await call('GetId', stranger);
      expect(refused.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException:');
      expect(await refused.json()).toMatchObject({
        __type: 'TooManyRequestsException',
        message: 'Rate exceeded',
      });
      expect((await call('GetId', { 'x-forwarded-for': '203.0.113.10' })).status).toBe(200);
    });

    it('of whoever makes addresses up, when no proxy is trusted', async () => {
      await start({ rates: { perAddress: 0.5 } });
      let n = 0;
      const forged = () => call('GetId', { 'x-forwarded-for': `203.0.113.${n++}` });
      expect(await statuses(8, forged)).toEqual({ 200: 5, 429: 3 });
    });

    it('of the Query protocol in its own words', async () => {
      await start({ rates: { perAddress: 0.1 }, hops: 1 });
      const body = new URLSearchParams({ Action: 'GetId', Version: '2011-06-15' });
      const send = () => fetch(url(), { method: 'POST', headers: stranger, body });
      expect((await send()).status).toBe(200);
      const refused = await send();
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain('<Code>Throttling</Code>');
    });

    it('of a pool, whoever asks, and of the pool of a named identity', async () => {
      await start({ rates: { perPool: 0.5 }, hops: 1 });
      let n = 0;
      const from = (input: object) => () => call('GetId', { 'x-forwarded-for': `203.0.113.${n++}` }, input);
      expect(await statuses(8, from({ IdentityPoolId: 'us-east-1:a' }))).toEqual({ 200: 5, 429: 3 });
      expect(await statuses(8, from({ IdentityPoolId: 'us-east-1:b' }))).toEqual({ 200: 5, 429: 3 });
    });

    it('never of signed operations, nor of this machine itself', async () => {
      await start({ rates: { perAddress: 0.1 }, hops: 1 });
      expect(await statuses(5, () => call('ListIdentityPools', stranger))).toEqual({ 400: 5 });
      expect(await statuses(5, () => call('GetId'))).toEqual({ 200: 5 });
    });
  });

  it('tells operations where a request really comes from', async () => {
    await start({ hops: 1 });
    const answer = await call('GetId', { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' });
    expect(await answer.json()).toMatchObject({ sourceIp: '203.0.113.9' });
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'POST / HTTP/1.1\r\nhost: x\r\n'],
  ])('ends a connection that sends %s and waits', async (_what, text) => {
    await start({ timeouts: { head: 200 } });
    const { socket, ended } = dial();
    socket.write(text);
    expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each([
    ['Cognito', 'x-amz-target: AWSCognitoIdentityService.GetId\r\ncontent-type: application/x-amz-json-1.1'],
    ['STS', 'content-type: application/x-www-form-urlencoded'],
  ])('ends a connection whose body for %s comes drop by drop', async (_api, headers) => {
    await start({ timeouts: { body: 200 } });
    const { socket, ended } = dial();
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${headers}\r\ncontent-length: 1000000\r\n\r\n`);
    const drops = setInterval(() => socket.write('x'), 20);
    expect(await ended).toBe('');
    clearInterval(drops);
  });

  it('lets an upload to S3 take its time while it goes on, and ends it when it stops', async () => {
    await start({ timeouts: { body: 100, idle: 400 } });
    const slow = dial();
    slow.socket.write(
      'PUT /bucket/key HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 8\r\n\r\n',
    );
    for (let drop = 0; drop < 8; drop++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      slow.socket.write('x');
    }
    expect(await slow.ended).toMatch(/^HTTP\/1\.1 200 .*stored/s);
    const stopped = dial();
    stopped.socket.write('PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nx');
    expect(await stopped.ended).toBe('');
  });

  it.each([
    ['an upload that is refused', 'PUT /refused/key', /^HTTP\/1\.1 403 /],
    ['an upload that is taken', 'PUT /bucket/key', /^HTTP\/1\.1 100 .*stored/s],
    [
      'a body of the API',
      'POST / HTTP/1.1\r\nx-amz-target: AWSCognitoIdentityService.GetId\r\ncontent-type: application/x-amz-json-1.1',
      /^HTTP\/1\.1 100 .*HTTP\/1\.1 200 /s,
    ],
  ])('leaves 100 Continue to whoever reads %s', async (_what, head, expected) => {
    await start();
    const { socket, ended } = dial();
    const line = head.includes('HTTP/1.1') ? head : `${head} HTTP/1.1`;
    socket.write(
      `${line}\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: 2\r\n\r\n`,
    );
    socket.once('data', (first) => {
      if (String(first).startsWith('HTTP/1.1 100 ')) socket.write('{}');
    });
    expect(await ended).toMatch(expected);
  });

  it('takes no more connections than it may have, and goes on with those', async () => {
    await start({ maxConnections: 3 });
    const first = [dial(), dial(), dial()];
    await Promise.all(first.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    expect(await dial().ended).toBe('');
    first[0]?.socket.write('GET /_daypass/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(await first[0]?.ended).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is alive without its store, but not ready', async () => {
    const ready = () => Promise.reject(new Error('the store does not answer'));
    listener = await listen(
      { ...echoEndpoints({}), ready },
      { host: '127.0.0.1', port: 0, maxConnections: 10 },
    );
    expect((await fetch(`${url()}_daypass/health`)).status).toBe(200);
    expect((await fetch(`${url()}_daypass/ready`)).status).toBe(503);
  });

  it('finishes what is in flight when it closes, and asks for no more on that connection', async () => {
    await start();
    const { socket, ended } = dial();
    socket.write('PUT /bucket/key HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const closed = listener.close(60_000);
    socket.write('{}');
    expect(await ended).toMatch(/HTTP\/1\.1 200 .*\r\nconnection: close\r\n.*stored$/is);
    await closed;
  });

  it('closes only when what was begun for a client that has gone away is over', async () => {
    let over = false;
    const begun = Promise.withResolvers<void>();
    const s3 = async () => {
      begun.resolve();
      await sleep(50);
      over = true;
    };
    listener = await listen({ ...echoEndpoints({}), s3 }, { host: '127.0.0.1', port: 0, maxConnections: 10 });
    const { socket } = dial();
    socket.write('GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n');
    await begun.promise;
    socket.destroy();
    await listener.close(0);
    expect(over).toBe(true);
  });

  it('refuses a head that is too large', async () => {
    await start();
    const { socket, ended } = dial();
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`);
    expect(await ended).toMatch(/^HTTP\/1\.1 431 /);
  });
});
