import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleSite } from './console.ts';

describe('the console’s site', () => {
  let folder: string;
  let server: Server;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daypass-console-site-'));
    await writeFile(join(folder, 'outside.txt'), 'not for you');
    const site = consoleSite(join(folder, 'dist'));
    server = createServer((request, response) => {
      site(request, response, request.url ?? '', { region: 'eu-west-1' });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/_daypass/console${path}`, init);

  it('says how it is built where it is not, and is there once it is', async () => {
    const before = await ask('/');
    expect([before.status, before.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await before.text()).toContain('npm run build:console');

    await mkdir(join(folder, 'dist/assets'), { recursive: true });
    await writeFile(join(folder, 'dist/index.html'), '<!doctype html><title>Console</title>');
    await writeFile(join(folder, 'dist/assets/index-abc.js'), 'start();');
    const after = await ask('/');
    expect([after.status, await after.text()]).toEqual([200, '<!doctype html><title>Console</title>']);
  });

  it.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['/assets/index-abc.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/config.json', 'application/json', 'no-store'],
  ])('serves %s as %s, kept as %s', async (path, type, cache) => {
    const { status, headers } = await ask(path);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, type, cache]);
  });

  it('says for which region requests are signed', async () => {
    expect(await (await ask('/config.json')).json()).toEqual({ region: 'eu-west-1' });
  });

  it('lets its pages reach the provider that administrators sign in at, and nobody else', async () => {
    const signIn = {
      issuer: 'https://login.example.test',
      clientId: 'console',
      scope: 'openid',
      authorizationEndpoint: new URL('https://login.example.test/authorize'),
      tokenEndpoint: new URL('https://tokens.example.test/token?a=b'),
    };
    const site = consoleSite(join(folder, 'dist'));
    const other = createServer((request, response) => {
      const place = { region: 'eu-west-1', signIn: async () => signIn };
      site(request, response, request.url ?? '', place);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/_daypass/console/`;
    const { headers } = await fetch(url);
    expect(headers.get('content-security-policy')).toContain(
      "connect-src 'self' https://tokens.example.test;",
    );
    expect(await (await fetch(`${url}config.json`)).json()).toEqual({
      region: 'eu-west-1',
      signIn: {
        ...signIn,
        authorizationEndpoint: 'https://login.example.test/authorize',
        tokenEndpoint: 'https://tokens.example.test/token?a=b',
      },
    });
    other.close();
  });

  it.each(['/', '/config.json', '/nothing', ''])(
    'holds the same policy for every answer, as of %j',
    async (path) => {
      const { headers } = await ask(path, { redirect: 'manual' });
      const policy = headers.get('content-security-policy')?.split('; ');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "connect-src 'self'",
          "frame-ancestors 'none'",
          "form-action 'none'",
          "require-trusted-types-for 'script'",
        ]),
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    },
  );

  it.each([
    ['gzip, deflate, br', 'gzip'],
    ['br;q=1, gzip;q=0.5', 'gzip'],
    ['identity', null],
    ['gzip;q=0', null],
    ['br, gzip; q=0.0, identity', null],
    ['x-gzip', null],
  ])('answers a client that takes "%s" with content encoding %s', async (takes, encoding) => {
    const { headers, text } = await ask('/assets/index-abc.js', {
      headers: { 'accept-encoding': takes },
    }).then(async (answer) => ({ headers: answer.headers, text: await answer.text() }));
    expect([headers.get('content-encoding'), headers.get('vary'), text]).toEqual([
      encoding,
      'accept-encoding',
      'start();',
    ]);
  });

  it('names each encoding by an etag of its own', async () => {
    const etag = async (takes: string) =>
      (await ask('/', { headers: { 'accept-encoding': takes } })).headers.get('etag');
    expect(await etag('gzip')).not.toBe(await etag('identity'));
  });

  it('sends nothing again that has not changed', async () => {
    const etag = (await ask('/')).headers.get('etag') ?? '';
    expect((await ask('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await ask('/', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it.each(['/../outside.txt', '/..%2foutside.txt', '/assets', '/assets/', '//index.html', '/__proto__'])(
    'has nothing at %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );

  it('answers GET and HEAD alone', async () => {
    const head = await ask('/', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await ask('/', { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
