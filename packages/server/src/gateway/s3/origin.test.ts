import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Handler } from '../s3.ts';
import {
  backendAt,
  type Listening,
  listen,
  type Player,
  type RawAnswer,
  type RecordingStore,
  recordingStore,
  type Surroundings,
  send,
  signed,
  surroundings,
} from '../testing.ts';

let store: RecordingStore;
let gateway: Listening;
let player: Player;
let services: Surroundings;
/** Headers of the store's next answers. */
let stored: Record<string, string | string[]>;

beforeAll(async () => {
  store = await recordingStore((_request, response) => void response.writeHead(200, stored).end('object'));
  services = surroundings({ s3: backendAt(store.url), s3Domain: 's3.game.test' });
  player = services.session('ada', [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::saves/*' },
  ]);
  const handler = createS3Handler(services);
  gateway = await listen((request, response) => void handler(request, response, 'request-1'));
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

beforeEach(() => {
  stored = { 'content-type': 'text/html' };
  store.seen.length = 0;
  services.denials.length = 0;
});

type Headers = Readonly<Record<string, string>>;

/** Asks for an object as a browser would, with the headers that it alone can set. */
function open(headers: Headers = {}, target = '/saves/page.html'): Promise<RawAnswer> {
  const { host, ...own } = headers;
  const request = signed(gateway.url, 's3', player, {
    method: 'GET',
    target,
    headers: host === undefined ? [] : [['host', host]],
  });
  return send(gateway.url, { ...request, headers: [...(request.headers ?? []), ...Object.entries(own)] });
}

const policyOf = ({ headers }: RawAnswer) => headers['content-security-policy'];

describe('an answer from the origin that the console is on', () => {
  it.each(['text/html', 'image/svg+xml', 'application/xml', 'image/png', 'application/octet-stream'])(
    'is a sandbox when it is %s',
    async (type) => {
      stored = { 'content-type': type };
      expect(policyOf(await open())).toBe('sandbox');
    },
  );

  it('is one when the store says nothing of its type', async () => {
    stored = {};
    expect(policyOf(await open())).toBe('sandbox');
  });

  it('is one when it is an error', async () => {
    expect(policyOf(await open({}, '/other/page.html'))).toBe('sandbox');
  });

  it('is none when it is a PDF, which browsers do not show in one', async () => {
    stored = { 'content-type': 'application/pdf' };
    expect(policyOf(await open())).toBeUndefined();
  });

  it.each<string | string[]>(['application/pdf, text/html', ['application/pdf', 'text/html']])(
    'is one when it is a PDF and something else: %j',
    async (type) => {
      stored = { 'content-type': type };
      expect(policyOf(await open())).toBe('sandbox');
    },
  );

  it('has nothing of what the store tells browsers about its own origin', async () => {
    stored = {
      'content-security-policy': 'block-all-mixed-content',
      'service-worker-allowed': '/',
      'set-cookie': 'a=b',
      'clear-site-data': '"*"',
      'strict-transport-security': 'max-age=1',
    };
    const { headers } = await open();
    expect(headers).toMatchObject({ 'content-security-policy': 'sandbox' });
    for (const name of Object.keys(stored).slice(1)) expect(headers).not.toHaveProperty([name]);
  });
});

describe('an object as code', () => {
  const from = (site: string, destination: string): Headers => ({
    'sec-fetch-site': site,
    'sec-fetch-dest': destination,
  });

  it.each(['script', 'worker', 'sharedworker', 'serviceworker', 'audioworklet', 'style', 'xslt', 'json'])(
    'is not given to a page of this origin as its %s',
    async (destination) => {
      expect(await open(from('same-origin', destination))).toMatchObject({ status: 403 });
      expect(store.seen).toEqual([]);
      expect(services.denials).toMatchObject([{ reason: expect.stringContaining('no code for the pages') }]);
    },
  );

  it('is no service worker, whatever else the browser says', async () => {
    expect(await open({ 'service-worker': 'script' })).toMatchObject({ status: 403 });
  });

  it.each([
    ['a page elsewhere, as its script', from('cross-site', 'script')],
    ['a page of this origin, as bytes', from('same-origin', 'empty')],
    ['a link on a page of this origin', from('same-origin', 'document')],
    ['an address that was typed in', from('none', 'document')],
  ])('is given to %s', async (_who, headers) => {
    expect(await open(headers)).toMatchObject({ status: 200, body: 'object' });
  });
});

describe('a bucket with a host of its own', () => {
  it('may hold a site', async () => {
    const host = 'saves.s3.game.test';
    const headers = { host, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' };
    const answer = await open(headers, '/page.js');
    expect(answer).toMatchObject({ status: 200 });
    expect(policyOf(answer)).toBeUndefined();
  });

  it.each(['s3.game.test', 'game.test', 'saves.s3.game.test.evil.test'])('is not %s', async (host) => {
    expect(policyOf(await open({ host }))).toBe('sandbox');
  });
});
