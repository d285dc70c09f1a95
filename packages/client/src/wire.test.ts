import { afterEach, describe, expect, it, vi } from 'vitest';
import { startIdentityPool, tokenOf } from './testing/identity-pool.ts';
import { startRelay } from './testing/relay.ts';
import { connect } from './wire.ts';

const identityPoolId = 'eu-west-1:00000000-0000-4000-8000-000000000001';
const provider = 'accounts.google.com';

async function start() {
  const pool = await startIdentityPool({ [identityPoolId]: { guests: true, providers: [provider] } });
  const relay = await startRelay(pool.endpoint);
  return Object.assign(relay, { [Symbol.asyncDispose]: () => relay.close().then(pool.close) });
}

describe('connect', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it.each([
    ['the region in the pool ID', {}, 'https://cognito-identity.eu-west-1.amazonaws.com/'],
    ['region', { region: 'us-west-2' }, 'https://cognito-identity.us-west-2.amazonaws.com/'],
    ['a region in China', { region: 'cn-north-1' }, 'https://cognito-identity.cn-north-1.amazonaws.com.cn/'],
    ['an endpoint', { endpoint: 'https://id.example.com/' }, 'https://id.example.com/_daypass/federate'],
    [
      'an endpoint with a path',
      { endpoint: 'https://example.com/id' },
      'https://example.com/id/_daypass/federate',
    ],
    [
      'an endpoint that speaks Cognito',
      { endpoint: 'https://example.com', protocol: 'cognito' as const },
      'https://example.com/',
    ],
  ])('finds the service by %s', async (_, config, url) => {
    const answer = () =>
      Promise.resolve(new Response('{"__type":"NotAuthorizedException"}', { status: 400 }));
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(answer);
    await connect({ identityPoolId, ...config })
      .exchange({})
      .catch(() => undefined);
    expect(fetched).toHaveBeenCalledExactlyOnceWith(
      url,
      expect.objectContaining({ credentials: 'omit', redirect: 'error' }),
    );
  });

  it.each([
    ['an hour ahead', 3_600_000, 3_600_000],
    ['an hour behind', -3_600_000, -3_600_000],
    ['within the tolerance', 20_000, 0],
    ['not told', Number.NaN, 0],
  ])('moves an expiry of a service whose clock is %s to this device’s clock', async (_, ahead, moved) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') });
    const expiration = Date.now() + 3_600_000;
    const answer = {
      IdentityId: 'us-east-1:1',
      Credentials: { AccessKeyId: 'ASIA', SecretKey: 's', SessionToken: 't', Expiration: expiration / 1000 },
    };
    const date = new Date(Date.now() + ahead);
    const headers = new Headers(Number.isNaN(ahead) ? {} : { date: date.toUTCString() });
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(JSON.stringify(answer), { headers }));
    const { credentials } = await connect({ identityPoolId, endpoint: 'https://id.example.com' }).exchange(
      {},
    );
    expect(+credentials.expiration).toBe(expiration - moved);
  });

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['no identity', '{"Credentials":{"SecretKey":"s","Expiration":1}}'],
    ['no credentials', '{"IdentityId":"us-east-1:1"}'],
    ['no expiry', '{"IdentityId":"us-east-1:1","Credentials":{"SecretKey":"s"}}'],
  ])('refuses an answer with %s', async (_, text) => {
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(text));
    const exchange = connect({ identityPoolId, endpoint: 'https://id.example.com' }).exchange({});
    await expect(exchange).rejects.toMatchObject({ name: 'UnknownException' });
  });

  it('sends Daypass one CORS-simple request', async () => {
    await using relay = await start();
    const token = tokenOf(provider, 'user');
    const request = { logins: { [provider]: token }, customRoleArn: 'arn:aws:iam::0:role/editor' };
    await connect({ identityPoolId, endpoint: relay.endpoint }).exchange(request);
    expect(relay.requests).toMatchObject([
      {
        method: 'POST',
        path: '/_daypass/federate',
        headers: { 'content-type': 'text/plain' },
        input: {
          IdentityPoolId: identityPoolId,
          Logins: { [provider]: token },
          CustomRoleArn: request.customRoleArn,
        },
      },
    ]);
    const own = Object.keys(relay.requests[0]?.headers ?? {}).filter((name) =>
      /^(x-|amz-|authorization|cookie)/.test(name),
    );
    expect(own).toEqual([]);
  });

  it('asks AWS with its own operations, and tells of the identity before its credentials', async () => {
    await using relay = await start();
    const pool = connect({ identityPoolId, endpoint: relay.endpoint, protocol: 'cognito' });
    const told: string[] = [];
    const { identityId } = await pool.exchange({}, undefined, async (id) => void told.push(id));
    expect(told).toEqual([identityId]);
    const json = { 'content-type': 'application/x-amz-json-1.1' };
    expect(relay.requests).toMatchObject([
      {
        path: '/',
        headers: { ...json, 'x-amz-target': 'AWSCognitoIdentityService.GetId' },
        input: { IdentityPoolId: identityPoolId, Logins: {} },
      },
      {
        path: '/',
        headers: { ...json, 'x-amz-target': 'AWSCognitoIdentityService.GetCredentialsForIdentity' },
        input: { IdentityId: identityId },
      },
    ]);
  });

  it('follows no redirect with a token', async () => {
    await using relay = await start();
    relay.always = 'redirect';
    const exchange = connect({ identityPoolId, endpoint: relay.endpoint }).exchange({});
    await expect(exchange).rejects.toMatchObject({ name: 'NetworkException' });
    expect(new Set(relay.requests.map(({ path }) => path))).toEqual(new Set(['/_daypass/federate']));
  });

  it('gives up at once when told to', async () => {
    await using relay = await start();
    const cancel = new AbortController();
    relay.before = () => cancel.abort();
    const exchange = connect({ identityPoolId, endpoint: relay.endpoint }).exchange({}, cancel.signal);
    await expect(exchange).rejects.toMatchObject({ name: 'NetworkException' });
    expect(relay.requests).toHaveLength(1);
  });

  it('gives an attempt ten seconds, and makes three', async () => {
    vi.useFakeTimers();
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        }),
    );
    const exchange = connect({ identityPoolId, endpoint: 'https://id.example.com' }).exchange({});
    const refused = expect(exchange).rejects.toMatchObject({ name: 'NetworkException' });
    await vi.advanceTimersByTimeAsync(32_000);
    await refused;
    expect(fetched).toHaveBeenCalledTimes(3);
  });
});
