import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createDynamoDbHandler } from './dynamodb.ts';
import type { Backend } from './gateway.ts';
import { createS3Handler } from './s3.ts';
import {
  backendAt,
  listen,
  type Player,
  type RawRequest,
  recordingStore,
  type Surroundings,
  send,
  signed,
  surroundings,
} from './testing.ts';

/** A gateway in front of one store, with a player who may do everything. */
async function gatewayTo(backend: Backend) {
  const services: Surroundings = surroundings({ s3: backend });
  const handler = createS3Handler(services);
  const listening = await listen((request, response) => void handler(request, response, 'request-1'));
  listening.server.on('checkContinue', (request, response) => void handler(request, response, 'request-1'));
  const player = services.session('ada', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
  return { ...listening, services, player };
}

async function gatewayWith(answer?: RequestListener) {
  const store = await recordingStore(answer);
  const gateway = await gatewayTo(backendAt(store.url));
  return {
    ...gateway,
    store,
    ask: (request: RawRequest, payload?: string) =>
      send(gateway.url, signed(gateway.url, 's3', gateway.player, request, payload)),
    [Symbol.asyncDispose]: async () => {
      await gateway[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

const get = { method: 'GET', target: '/saves/a' };

describe('what the backend gets', () => {
  it("is signed with the backend's key, and carries nothing of the client's signature", async () => {
    await using gateway = await gatewayWith();
    await gateway.ask({
      ...get,
      headers: [
        ['range', 'bytes=0-1'],
        ['origin', 'https://game.example'],
        ['x-forwarded-for', '1.2.3.4'],
        ['connection', 'keep-alive, x-own'],
        ['x-own', '1'],
      ],
    });
    const headers = gateway.store.seen.at(-1)?.headers ?? {};
    expect(headers.authorization).toContain('Credential=BACKENDKEY/');
    expect(headers.host).toBe(new URL(gateway.store.url).host);
    expect(Object.keys(headers).sort()).toEqual([
      'authorization',
      'connection',
      'host',
      'range',
      'x-amz-content-sha256',
      'x-amz-date',
    ]);
    expect(JSON.stringify(headers)).not.toContain(gateway.player.credentials.sessionToken);
  });
});

describe('what the client gets', () => {
  it("is the backend's answer without what concerns one connection or names the backend", async () => {
    await using gateway = await gatewayWith((_request, response) => {
      response.writeHead(206, {
        etag: '"1"',
        server: 'secret-store/1.0',
        'x-amz-request-id': 'theirs',
        'x-amz-meta-name': Buffer.from('ü').toString('latin1'),
        'access-control-allow-origin': 'https://elsewhere.example',
        location: 'http://10.0.0.7:9000/saves/a',
        connection: 'x-hop',
        'x-hop': '1',
      });
      response.end('body');
    });
    const answer = await gateway.ask(get);
    expect(answer).toMatchObject({
      status: 206,
      body: 'body',
      headers: { etag: '"1"', 'x-amz-request-id': 'request-1' },
    });
    expect(Buffer.from(String(answer.headers['x-amz-meta-name']), 'latin1').toString()).toBe('ü');
    for (const name of ['server', 'location', 'x-hop', 'access-control-allow-origin'])
      expect(answer.headers).not.toHaveProperty(name);
  });

  it.each([204, 304])('is a status %i without a body', async (status) => {
    await using gateway = await gatewayWith(
      (_request, response) => void response.writeHead(status, { etag: '"1"' }).end(),
    );
    expect(await gateway.ask(get)).toMatchObject({ status, body: '', headers: { etag: '"1"' } });
  });

  it('is the length of the object for HEAD', async () => {
    await using gateway = await gatewayWith(
      (_request, response) => void response.writeHead(200, { 'content-length': 12345 }).end(),
    );
    expect(await gateway.ask({ ...get, method: 'HEAD' })).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': '12345' },
    });
  });

  it('is never a redirect past the gateway', async () => {
    await using gateway = await gatewayWith(
      (_request, response) => void response.writeHead(307, { location: 'http://10.0.0.7/' }).end(),
    );
    expect(await gateway.ask(get)).toMatchObject({
      status: 503,
      body: expect.stringContaining('<Code>ServiceUnavailable</Code>'),
    });
  });

  it('can be read by a page of another origin, errors included', async () => {
    await using gateway = await gatewayWith();
    const origin = [['origin', 'https://game.example']] as const;
    const preflight = [
      ...origin,
      ['access-control-request-method', 'PUT'],
      ['access-control-request-headers', 'authorization,x-amz-date'],
    ] as const;
    expect(
      await send(gateway.url, { method: 'OPTIONS', target: '/saves/a', headers: preflight }),
    ).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'authorization,x-amz-date',
      },
    });
    const exposed = {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': expect.stringContaining('ETag'),
    };
    expect(await gateway.ask({ ...get, headers: origin })).toMatchObject({ status: 200, headers: exposed });
    expect(await send(gateway.url, { ...get, headers: origin })).toMatchObject({
      status: 403,
      headers: exposed,
    });
    // The bucket's CORS configuration, asked for once, and the request that was allowed.
    expect(gateway.store.seen.map(({ target }) => target)).toEqual(['/saves?cors=', '/saves/a']);
  });
});

describe('a backend that fails', () => {
  it("is a 503 in S3's format that does not name its address", async () => {
    const gone = await listen(() => {});
    await gone[Symbol.asyncDispose]();
    await using gateway = await gatewayTo(backendAt(gone.url));
    const answer = await send(gateway.url, signed(gateway.url, 's3', gateway.player, get));
    expect(answer).toMatchObject({
      status: 503,
      body: expect.stringContaining('<Code>ServiceUnavailable</Code>'),
    });
    expect(answer.body).not.toContain(new URL(gone.url).port);
    expect(gateway.services.failures).toHaveLength(1);
    expect(gateway.services.denials).toEqual([]);
  });

  it('does not make a broken-off answer look complete', async () => {
    await using gateway = await gatewayWith((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('half', () => response.destroy());
    });
    await expect(gateway.ask(get)).rejects.toThrow();
  });
});

describe('downloads', () => {
  it('end at the backend when the client leaves', async () => {
    const closed = Promise.withResolvers<void>();
    await using gateway = await gatewayWith((_request, response) => {
      response.once('close', closed.resolve);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        response.once('drain', more);
      };
      more();
    });
    const { headers = [] } = signed(gateway.url, 's3', gateway.player, get);
    const download = httpRequest(`${gateway.url}${get.target}`, { headers: headers.flat(), agent: false });
    download.on('error', () => {});
    download.end();
    const [answer]: [IncomingMessage] = (await once(download, 'response')) as [IncomingMessage];
    answer.once('data', () => answer.destroy());
    await closed.promise;
  });

  it('wait for a client that does not read, at the backend too', async () => {
    let sent = 0;
    await using gateway = await gatewayWith((_request, response) => {
      const more = () => {
        let flows = true;
        while (flows && sent < 200_000_000) {
          flows = response.write(Buffer.alloc(1_000_000));
          sent += 1_000_000;
        }
        if (sent < 200_000_000) response.once('drain', more);
        else response.end();
      };
      more();
    });
    const { headers = [] } = signed(gateway.url, 's3', gateway.player, get);
    const download = httpRequest(`${gateway.url}${get.target}`, { headers: headers.flat(), agent: false });
    download.end();
    const [answer]: [IncomingMessage] = (await once(download, 'response')) as [IncomingMessage];
    // Nobody reads: what is under way fills the buffers of the sockets, and then nothing moves.
    let before = -1;
    await expect
      .poll(
        () => {
          const moved = sent !== before;
          before = sent;
          return moved;
        },
        { interval: 200, timeout: 20_000 },
      )
      .toBe(false);
    expect(sent).toBeLessThan(100_000_000);
    let received = 0;
    for await (const chunk of answer) received += (chunk as Buffer).length;
    expect(received).toBe(200_000_000);
  });
});

describe('uploads', () => {
  const big = Buffer.alloc(300_000, 'x');

  it.each([
    ['small', Buffer.from('x')],
    ['streamed', big],
  ])('never complete at the backend when the hash of a %s body is wrong', async (_, body) => {
    await using gateway = await gatewayWith();
    const request = signed(gateway.url, 's3', gateway.player, { method: 'PUT', target: '/saves/a', body });
    const swapped = Buffer.concat([body.subarray(0, -1), Buffer.from('!')]);
    expect(await send(gateway.url, { ...request, body: swapped })).toMatchObject({
      status: 400,
      body: expect.stringContaining('XAmzContentSHA256Mismatch'),
    });
    expect(gateway.store.seen.filter(({ complete }) => complete)).toEqual([]);
  });

  it('end at the backend when the client leaves', async () => {
    await using gateway = await gatewayWith();
    const { headers = [] } = signed(gateway.url, 's3', gateway.player, {
      method: 'PUT',
      target: '/saves/a',
      body: big,
    });
    const { port } = new URL(gateway.url);
    const upload = httpRequest({
      port,
      method: 'PUT',
      path: '/saves/a',
      headers: headers.flat(),
      agent: false,
    });
    upload.on('error', () => {});
    upload.write(big.subarray(0, 200_000));
    await new Promise((resolve) => gateway.store.server.once('request', resolve));
    upload.destroy();
    await expect.poll(() => gateway.store.seen).toMatchObject([{ complete: false }]);
  });

  it('go on after 100 Continue, and only when they are allowed', async () => {
    await using gateway = await gatewayWith();
    const upload = async (player: Player) => {
      const { headers = [] } = signed(gateway.url, 's3', player, {
        method: 'PUT',
        target: '/saves/a',
        body: 'four',
      });
      const outgoing = httpRequest(`${gateway.url}/saves/a`, {
        method: 'PUT',
        headers: [...headers, ['expect', '100-continue']].flat(),
        agent: false,
      });
      outgoing.flushHeaders();
      const first = await Promise.race([
        once(outgoing, 'continue').then(() => 100),
        once(outgoing, 'response').then(([answer]) => answer.statusCode),
      ]);
      if (first === 100) outgoing.end('four');
      else outgoing.destroy();
      return first;
    };
    expect(await upload(gateway.player)).toBe(100);
    await expect.poll(() => gateway.store.seen).toMatchObject([{ body: Buffer.from('four') }]);
    expect(
      await upload(
        gateway.services.session('eve', [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }]),
      ),
    ).toBe(403);
  });
});

describe('where no store is behind the gateway', () => {
  it.each([
    ['S3', createS3Handler],
    ['DynamoDB', createDynamoDbHandler],
  ])('%s is said to be unavailable, and a stranger fills no log', async (_name, create) => {
    const services = surroundings();
    const handler = create(services);
    await using listening = await listen((request, response) => void handler(request, response, 'request-1'));
    expect((await fetch(new URL('/bucket/key', listening.url))).status).toBe(503);
    expect({ failures: services.failures, denials: services.denials }).toEqual({ failures: [], denials: [] });
  });
});
