import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLoopback, isPublicAddress, lookupPublic } from './address.ts';
import { createProviderFetch, type ProviderFetch } from './fetch.ts';
import { TestServer } from './testing/issuer.ts';

const key = 'login.example.test/tenant';
const maxBytes = 1000;

describe('an overridden provider', () => {
  let server: TestServer;
  let fetch: ProviderFetch;

  beforeEach(async () => {
    server = await TestServer.start();
    fetch = createProviderFetch({ overrides: new Map([[key, new URL('/base/', server.url)]]) });
  });

  afterEach(async () => {
    fetch.close();
    await server.close();
  });

  it.each([
    [
      'of the issuer',
      `https://${key}/.well-known/openid-configuration`,
      '/base/.well-known/openid-configuration',
    ],
    ['of the issuer itself', `https://${key}`, '/base'],
    ['of another host', 'https://keys.example.test/v3/certs', '/base/v3/certs'],
    ['of the same host beside the issuer', 'https://login.example.test/tenant2/jwks', '/base/tenant2/jwks'],
    ['that climbs', 'https://keys.example.test/../../etc', '/base/etc'],
  ])('has an address %s fetched below its URL', async (_name, address, path) => {
    server.json(path, {});
    await fetch.get(key, address, { maxBytes });
    expect(server.requests).toEqual([path]);
  });

  it('has addresses below its URL fetched as they are', async () => {
    server.json('/base/jwks', {});
    await fetch.get(key, `${server.url}base/jwks`, { maxBytes });
    expect(server.requests).toEqual(['/base/jwks']);
  });

  it('may redirect on its own origin, but not for ever', async () => {
    redirect(server, '/base/a', '/base/b');
    server.json('/base/b', { at: 'b' });
    expect((await fetch.get(key, `https://${key}/a`, { maxBytes })).body).toBe('{"at":"b"}');
    redirect(server, '/base/b', '/base/a');
    await expect(fetch.get(key, `https://${key}/a`, { maxBytes })).rejects.toThrow('redirects too often');
  });

  it('may not redirect to another origin', async () => {
    const elsewhere = await TestServer.start();
    elsewhere.json('/', {});
    redirect(server, '/base/a', elsewhere.url.href);
    await expect(fetch.get(key, `https://${key}/a`, { maxBytes })).rejects.toThrow(
      `redirects to ${elsewhere.url.host}`,
    );
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['nothing', () => {}],
    ['half an answer', (response) => void response.writeHead(200).write('{')],
  ])('may not keep us waiting with %s', async (_name, answer) => {
    const impatient = createProviderFetch({ overrides: new Map([[key, server.url]]), timeoutMs: 50 });
    server.answers.set('/a', (_request, response) => answer(response));
    await expect(impatient.get(key, `https://${key}/a`, { maxBytes })).rejects.toThrow('timeout');
    impatient.close();
  });

  it('may not answer with more than it is allowed', async () => {
    server.answers.set('/base/a', (_request, response) => {
      response.write(Buffer.alloc(maxBytes));
      response.end('x');
    });
    await expect(fetch.get(key, `https://${key}/a`, { maxBytes })).rejects.toThrow('longer than 1000 bytes');
  });
});

describe('an override', () => {
  it.each(['http://10.0.0.1', 'http://login.example.test', 'ftp://127.0.0.1'])('may not be %s', (url) => {
    expect(() => createProviderFetch({ overrides: new Map([[key, new URL(url)]]) })).toThrow('must be https');
  });

  it.each(['https://10.0.0.1', 'http://127.0.0.1:4101', 'http://localhost:4101', 'http://[::1]:4101'])(
    'may be %s',
    (url) => {
      createProviderFetch({ overrides: new Map([[key, new URL(url)]]) }).close();
    },
  );
});

describe('a provider without override', () => {
  const fetch = createProviderFetch({ overrides: new Map() });

  it.each([
    ['http://login.example.test/jwks', 'login.example.test is not addressed by https'],
    ['https://user:password@login.example.test/jwks', 'carries user information'],
    ['https://127.0.0.1/jwks', '127.0.0.1 is not a public address'],
    ['https://169.254.169.254/latest/meta-data/', '169.254.169.254 is not a public address'],
    ['https://2130706433/', '127.0.0.1 is not a public address'],
    ['https://[::1]/jwks', '[::1] is not a public address'],
    ['https://[::ffff:127.0.0.1]/jwks', '[::ffff:7f00:1] is not a public address'],
    ['https://localhost/jwks', 'localhost does not resolve to public addresses only'],
    ['not a URL', 'Invalid URL'],
  ])('is never fetched at %s', async (address, message) => {
    await expect(fetch.get(key, address, { maxBytes })).rejects.toThrow(message);
  });
});

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::8a'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.255', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.168.0.1', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      '::ffff:10.0.0.1',
      '::ffff:8.8.8.8',
      '64:ff9b::a00:1',
      'fc00::1',
      'fd00:ec2::254',
      'fe80::1',
    ],
    ...['ff02::1', '2001:db8::1', '2002:a00:1::', 'localhost', '', '127.1'],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('takes no address of 10.0.0.0/8 for public', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (b, c, d) => {
        expect(isPublicAddress(`10.${b}.${c}.${d}`)).toBe(false);
        expect(isPublicAddress(`::ffff:10.${b}.${c}.${d}`)).toBe(false);
      }),
    );
  });
});

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['[::1]', true],
    ['localhost', true],
    ['127.0.0.1.example.test', false],
    ['localhost.example.test', false],
    ['10.0.0.1', false],
  ])('%s: %s', (hostname, expected) => {
    expect(isLoopback(hostname)).toBe(expected);
  });
});

describe('lookupPublic', () => {
  it.each([{ all: true }, { all: false }])(
    'fails for a name that leads inside, asked with %j',
    async (options) => {
      const error = await new Promise((resolve) => lookupPublic('localhost', options, resolve));
      expect(error).toMatchObject({ message: 'localhost does not resolve to public addresses only' });
    },
  );
});

function redirect(server: TestServer, from: string, to: string): void {
  server.answers.set(from, (_request, response) => {
    response.writeHead(302, { location: to }).end();
  });
}
