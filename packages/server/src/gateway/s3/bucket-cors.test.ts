import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Handler } from '../s3.ts';
import {
  backendAt,
  type Listening,
  listen,
  type Player,
  type RawRequest,
  type RecordingStore,
  recordingStore,
  type Surroundings,
  send,
  signed,
  surroundings,
} from '../testing.ts';
import { encode } from './names.ts';

const home = 'https://game.test';
const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** A configuration with one rule, and what it is when a part is left out. */
function rule(parts: {
  origins?: readonly string[];
  methods?: readonly string[];
  headers?: readonly string[];
  exposed?: readonly string[];
  maxAge?: number;
}): string {
  const { origins = [home], methods = ['GET', 'PUT'], headers = [], exposed = [], maxAge } = parts;
  const all = (name: string, values: readonly string[]) =>
    values.map((value) => `<${name}>${value}</${name}>`).join('');
  const age = maxAge === undefined ? '' : `<MaxAgeSeconds>${maxAge}</MaxAgeSeconds>`;
  return `<CORSRule>${all('AllowedOrigin', origins)}${all('AllowedMethod', methods)}${all('AllowedHeader', headers)}${all('ExposeHeader', exposed)}${age}</CORSRule>`;
}

/** By bucket: the rules, or the status that its configuration is answered with. */
const configurations = new Map<string, string | number>();
let store: RecordingStore;
let gateway: Listening;
let player: Player;
let services: Surroundings;
let now = 0;

beforeAll(async () => {
  store = await recordingStore((request, response) => {
    const [, bucket = ''] = /^\/([^/?]+)/.exec(request.url ?? '') ?? [];
    if (!request.url?.endsWith('?cors=') || request.method !== 'GET') return response.writeHead(200).end();
    const found = configurations.get(bucket) ?? 404;
    if (typeof found === 'number') return response.writeHead(found).end();
    response.end(
      `<?xml version="1.0"?><CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${found}</CORSConfiguration>`,
    );
  });
  const systemNow = Date.now();
  services = surroundings({
    s3: { ...backendAt(store.url), subresources: new Set(['cors']) },
    s3Domain: 's3.game.test',
    clock: { now: () => systemNow + now },
  });
  player = services.session('ada', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
  const handler = createS3Handler(services);
  gateway = await listen((request, response) => void handler(request, response, 'request-1'));
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

let buckets = 0;
function bucketWith(configuration: string | number): string {
  const bucket = `bucket-${++buckets}`;
  configurations.set(bucket, configuration);
  return bucket;
}

interface Asked {
  readonly origin?: string;
  readonly method?: string;
  readonly headers?: string;
  readonly host?: string;
}

async function preflight(bucket: string, { origin = home, method = 'GET', headers, host }: Asked = {}) {
  const asked: [string, string][] = [
    ['origin', origin],
    ['access-control-request-method', method],
  ];
  if (headers !== undefined) asked.push(['access-control-request-headers', headers]);
  if (host !== undefined) asked.push(['host', host]);
  const target = host === undefined ? `/${bucket}/k` : '/k';
  return send(gateway.url, { method: 'OPTIONS', target, headers: asked });
}

async function get(bucket: string, origin: string | undefined, request: Partial<RawRequest> = {}) {
  const { headers = [], ...rest } = signed(gateway.url, 's3', player, {
    method: 'GET',
    target: `/${bucket}/k`,
    ...request,
  });
  return send(gateway.url, {
    ...rest,
    headers: origin === undefined ? headers : [...headers, ['origin', origin]],
  });
}

function corsOf(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^access-control-|^vary$/.test(name)));
}

const questionsAbout = (bucket: string) =>
  store.seen.filter(({ target }) => target === `/${bucket}?cors=`).length;

describe('a preflight for a bucket with a CORS configuration', () => {
  it.each<[string, string, Asked, Record<string, string>]>([
    [
      'an origin that is named',
      rule({ maxAge: 3000 }),
      { method: 'PUT' },
      {
        'access-control-allow-origin': home,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, PUT',
        'access-control-max-age': '3000',
        vary,
      },
    ],
    [
      'any origin',
      rule({ origins: ['*'], exposed: ['ETag', 'x-amz-request-id'] }),
      { origin: 'https://elsewhere.test' },
      {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, PUT',
        'access-control-expose-headers': 'ETag, x-amz-request-id',
        vary,
      },
    ],
    [
      'an origin below a wildcard',
      rule({ origins: ['http://*.game.test'], methods: ['GET'] }),
      { origin: 'http://eu.game.test' },
      {
        'access-control-allow-origin': 'http://eu.game.test',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET',
        vary,
      },
    ],
    [
      'headers in any case, with or without a space between',
      rule({ origins: ['*'], headers: ['x-amz-META-*', 'Content-Type'] }),
      { headers: 'X-Amz-Meta-Level,content-type' },
      {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'x-amz-meta-level, content-type',
        'access-control-allow-methods': 'GET, PUT',
        vary,
      },
    ],
    [
      'what a later rule allows',
      rule({ methods: ['PUT'] }) + rule({ origins: ['https://other.test'] }),
      { origin: 'https://other.test' },
      {
        'access-control-allow-origin': 'https://other.test',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, PUT',
        vary,
      },
    ],
  ])('lets in %s', async (_what, configuration, asked, expected) => {
    const { status, headers, body } = await preflight(bucketWith(configuration), asked);
    expect([status, body, corsOf(headers)]).toEqual([200, '', expected]);
  });

  it.each<[string, string, Asked]>([
    ['another origin', rule({}), { origin: 'https://elsewhere.test' }],
    ['an origin that only ends alike', rule({}), { origin: `${home}.evil.test` }],
    [
      'an origin too short for both sides of a wildcard',
      rule({ origins: ['http://a*a.test'] }),
      { origin: 'http://a.test' },
    ],
    ['another method', rule({ methods: ['GET'] }), { method: 'PUT' }],
    ['a method in lower case', rule({}), { method: 'get' }],
    ['a header where none is allowed', rule({}), { headers: 'x-amz-meta-a' }],
    ['one header too many', rule({ headers: ['x-amz-meta-a'] }), { headers: 'x-amz-meta-a, x-amz-meta-b' }],
    [
      'what only two rules together allow',
      rule({ methods: ['GET'] }) + rule({ origins: ['https://b.test'], methods: ['PUT'] }),
      { method: 'PUT' },
    ],
    ['anything when there is no rule', '', {}],
  ])('refuses %s', async (_what, configuration, asked) => {
    const { status, headers, body } = await preflight(bucketWith(configuration), asked);
    expect([status, corsOf(headers)]).toEqual([403, {}]);
    expect(body).toContain(
      '<Code>AccessForbidden</Code><Message>CORSResponse: This CORS request is not allowed.',
    );
    expect(services.denials).toEqual([]);
  });

  it('is understood in virtual-hosted style', async () => {
    const bucket = bucketWith(rule({}));
    const host = `${bucket}.s3.game.test`;
    expect((await preflight('', { host })).status).toBe(200);
    expect((await preflight('', { host, origin: 'https://elsewhere.test' })).status).toBe(403);
  });

  it('is not answered when the store fails', async () => {
    expect((await preflight(bucketWith(500))).status).toBe(503);
  });

  it('needs an origin', async () => {
    const headers = [['access-control-request-method', 'GET']] as const;
    expect(await send(gateway.url, { method: 'OPTIONS', target: '/saves/k', headers })).toMatchObject({
      status: 400,
      body: expect.stringContaining(
        '<Message>Insufficient information. Origin request header needed.</Message>',
      ),
    });
  });
});

it.each([
  ['has none', 404],
  ['cannot say', 501],
  ['may not say', 403],
])('lets any page in where the store %s', async (_what, status) => {
  const { headers } = await preflight(bucketWith(status), {
    origin: 'https://any.test',
    headers: 'x-amz-date',
  });
  expect(headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'x-amz-date',
  });
});

describe('a request to a bucket with a CORS configuration', () => {
  it('can be read by the pages it is for, refusals too', async () => {
    const bucket = bucketWith(rule({ exposed: ['ETag'], headers: ['none'], maxAge: 5 }));
    const expected = {
      'access-control-allow-origin': home,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, PUT',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '5',
      vary,
    };
    expect(corsOf((await get(bucket, home)).headers)).toEqual(expected);
    const refused = await send(gateway.url, {
      method: 'GET',
      target: `/${bucket}/k`,
      headers: [['origin', home]],
    });
    expect([refused.status, corsOf(refused.headers)]).toEqual([403, expected]);
  });

  it.each([
    ['another page', 'https://elsewhere.test'],
    ['no page', undefined],
  ])('is answered to %s without a word of it', async (_what, origin) => {
    const { status, headers } = await get(bucketWith(rule({})), origin);
    expect([status, corsOf(headers)]).toEqual([200, {}]);
  });
});

describe('what is known of a bucket', () => {
  it('is asked once for many, and anew after two seconds', async () => {
    const bucket = bucketWith(rule({}));
    await Promise.all([preflight(bucket), preflight(bucket), get(bucket, home)]);
    await preflight(bucket);
    expect(questionsAbout(bucket)).toBe(1);
    configurations.set(bucket, rule({ origins: ['https://new.test'] }));
    now += 2000;
    expect((await preflight(bucket)).status).toBe(403);
    expect(questionsAbout(bucket)).toBe(2);
  });

  it('is not asked for requests of no page', async () => {
    const bucket = bucketWith(rule({}));
    await get(bucket, undefined);
    expect(questionsAbout(bucket)).toBe(0);
  });

  it('is forgotten when the configuration is written', async () => {
    const bucket = bucketWith(rule({}));
    await preflight(bucket);
    configurations.set(bucket, 404);
    const target = `/${bucket}?${encode('cors')}=`;
    expect((await get(bucket, undefined, { method: 'DELETE', target })).status).toBe(200);
    expect((await preflight(bucket, { origin: 'https://any.test' })).status).toBe(200);
  });
});
