import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientReader, isLocal } from './client.ts';

type Headers = Readonly<Record<string, string | string[]>>;

describe('the client of a request', () => {
  let read: (request: IncomingMessage) => unknown;
  const server = createServer((request, response) => {
    response.end(JSON.stringify(read(request)));
  });

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function ask<T>(headers: Headers, reader: (request: IncomingMessage) => T): Promise<T> {
    read = reader;
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const sent = send({ port, host: '127.0.0.1', headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it.each<[what: string, hops: number, forwardedFor: string | string[], address: string]>([
    ['no proxy is trusted: the header is the client’s own invention', 0, '203.0.113.9', '127.0.0.1'],
    ['one proxy: what it added', 1, '203.0.113.9', '203.0.113.9'],
    [
      'one proxy: what the client claimed before it does not count',
      1,
      '198.51.100.1, 203.0.113.9',
      '203.0.113.9',
    ],
    ['two proxies: what the first of them added', 2, '6.6.6.6, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
    ['a header sent twice is one list', 2, ['6.6.6.6, 203.0.113.9', '10.0.0.1'], '203.0.113.9'],
    [
      'fewer entries than proxies: the furthest that one of them wrote',
      3,
      '203.0.113.9, 10.0.0.1',
      '203.0.113.9',
    ],
    ['with a port', 1, '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6', 1, '2001:db8::1', '2001:db8::1'],
    ['IPv6 with a port', 1, '[2001:db8::1]:4711', '2001:db8::1'],
    ['IPv4 in IPv6', 1, '::ffff:203.0.113.9', '203.0.113.9'],
    ['no address', 1, 'unknown', '127.0.0.1'],
    ['nothing', 1, '', '127.0.0.1'],
  ])('behind %s', async (_what, hops, forwardedFor, address) => {
    const client = await ask<Client>({ 'x-forwarded-for': forwardedFor }, clientReader(hops));
    expect(client.address).toBe(address);
  });

  it.each<[hops: number, protocol: string, secure: boolean]>([
    [0, 'https', false],
    [1, 'https', true],
    [1, 'http', false],
    [1, 'https, http', false],
  ])('behind %s proxies that say %s is secure: %s', async (hops, protocol, secure) => {
    expect((await ask({ 'x-forwarded-proto': protocol }, clientReader(hops))).secure).toBe(secure);
  });

  it('is this machine itself only when no proxy of this machine passed the request on', async () => {
    expect(await ask({}, isLocal)).toBe(true);
    expect(await ask({ 'x-forwarded-for': '203.0.113.9' }, isLocal)).toBe(false);
    expect(await ask({ Forwarded: 'for=203.0.113.9' }, isLocal)).toBe(false);
    expect(await ask({ 'X-Real-IP': '203.0.113.9' }, isLocal)).toBe(false);
    expect(await ask({ Via: '1.1 proxy' }, isLocal)).toBe(false);
  });
});
