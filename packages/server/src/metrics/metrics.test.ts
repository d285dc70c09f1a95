import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { TokenRefused } from '../tokens/refusal.ts';
import { countedIssuer } from './counted-issuer.ts';
import { measuredStore } from './measured-store.ts';
import { refusalClass } from './measured-tokens.ts';
import { type Metrics, openMetrics, renderMetrics } from './metrics.ts';

async function linesOf(name: string, ...services: readonly Metrics[]): Promise<readonly string[]> {
  const snapshots = await Promise.all(services.map((metrics) => metrics.snapshot()));
  // As they travel between processes.
  const { text } = await renderMetrics(JSON.parse(JSON.stringify(snapshots)));
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('metrics', () => {
  it('count by operation and outcome', async () => {
    const metrics = openMetrics();
    metrics.requests.inc('GetId', 'ok');
    metrics.requests.inc('GetId', 'ok');
    metrics.requests.inc('GetId', 'NotAuthorizedException');
    expect(await linesOf('daypass_requests_total', metrics)).toEqual([
      'daypass_requests_total{operation="GetId",outcome="ok"} 2',
      'daypass_requests_total{operation="GetId",outcome="NotAuthorizedException"} 1',
    ]);
  });

  it('sort durations into cumulative buckets, the bound itself included', async () => {
    const metrics = openMetrics();
    for (const seconds of [0.0005, 0.0006, 3, 60]) metrics.requestDurations.observe('GetId', seconds);
    const lines = await linesOf('daypass_request_duration_seconds', metrics);
    const bucket = (le: string) =>
      lines.find((line) => line.includes(`le="${le}"`) && line.includes('operation="GetId"'))?.split(' ')[1];
    expect(['0.0005', '0.001', '2.5', '5', '10', '+Inf'].map(bucket)).toEqual(['1', '2', '2', '3', '3', '4']);
    expect(lines).toContain('daypass_request_duration_seconds_count{operation="GetId"} 4');
    expect(lines).toContain('daypass_request_duration_seconds_sum{operation="GetId"} 63.0011');
  });

  it('of several processes add up', async () => {
    const [one, two] = [openMetrics(), openMetrics()];
    one.requests.inc('GetId', 'ok');
    two.requests.inc('GetId', 'ok');
    one.connections.value = 3;
    two.connections.value = 4;
    two.requestDurations.observe('GetId', 1);
    expect(await linesOf('daypass_requests_total', one, two)).toEqual([
      'daypass_requests_total{operation="GetId",outcome="ok"} 2',
    ]);
    expect(await linesOf('daypass_connections ', one, two)).toEqual(['daypass_connections 7']);
    expect(await linesOf('daypass_request_duration_seconds_count', one, two)).toEqual([
      'daypass_request_duration_seconds_count{operation="GetId"} 1',
    ]);
  });

  it('stay few, whatever they are labelled with', async () => {
    const metrics = openMetrics();
    for (let n = 0; n < 10_000; n++) metrics.keyFetches.inc(`issuer-${n}.test`, 'ok');
    const lines = await linesOf('daypass_provider_key_fetches_total', metrics);
    expect(lines.length).toBe(501);
    expect(lines.at(-1)).toBe('daypass_provider_key_fetches_total{issuer="other",outcome="ok"} 9500');
  });

  it('say how the process does', async () => {
    expect(await linesOf('process_resident_memory_bytes', openMetrics())).toHaveLength(1);
    expect(await linesOf('nodejs_eventloop_lag_p99_seconds', openMetrics())).toHaveLength(1);
  });
});

describe('the measured store', () => {
  it('does what the store does, and measures what worked and what failed', async () => {
    const metrics = openMetrics();
    const store = measuredStore(await openSqliteStore({ path: ':memory:' }), metrics);
    const document = { wrapped: 'x', createdAt: 1, usedFrom: 1 };
    expect(await store.collection('keys').insert('seal/k1', document)).toBe(true);
    expect((await store.collection('keys').get('seal/k1'))?.value).toEqual(document);
    await store.close();
    await expect(store.collection('keys').get('seal/k1')).rejects.toThrow();
    expect(await linesOf('daypass_store_duration_seconds_count', metrics)).toEqual([
      'daypass_store_duration_seconds_count{call="keys.insert"} 1',
      'daypass_store_duration_seconds_count{call="keys.get"} 1',
    ]);
    expect(await linesOf('daypass_store_failures_total', metrics)).toEqual([
      'daypass_store_failures_total{call="keys.get",error="StoreUnavailable"} 1',
    ]);
  });
});

describe('the counted issuer', () => {
  it.each([
    ['an identity of a pool', ['authenticated', 'login.test'], 'authenticated'],
    ['a guest', ['unauthenticated'], 'unauthenticated'],
    ['a role assumed with a web identity', [], 'role'],
  ])('knows the session of %s', async (_whose, amr, kind) => {
    const metrics = openMetrics();
    const credentials = {
      accessKeyId: 'ASIA',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date(0),
    };
    const issuer = countedIssuer({ issue: async () => credentials }, metrics);
    const grant = {
      arn: '',
      userId: '',
      account: '',
      roleArn: '',
      roleName: '',
      sessionName: '',
      expiresAt: 0,
      tags: {},
    };
    const federation = { provider: 'p', audience: 'a', subject: 's', amr };
    expect(await issuer.issue({ ...grant, federation })).toBe(credentials);
    expect(await linesOf('daypass_exchanges_total', metrics)).toEqual([
      `daypass_exchanges_total{provider="p",kind="${kind}"} 1`,
    ]);
  });
});

describe('the class of a refusal', () => {
  const refused = new TokenRefused({ kind: 'audience' }, 'for somebody else');
  it.each([
    ['what a token failed', refused, 'audience'],
    [
      'what a token failed behind an answer',
      new ServiceError('NotAuthorizedException', '', { cause: refused }),
      'audience',
    ],
    ['the code', new ServiceError('ResourceNotFoundException', 'x'), 'ResourceNotFoundException'],
    ['a fault', new Error('secret'), 'fault'],
  ])('is %s', (_what, error, expected) => {
    expect(refusalClass(error)).toBe(expected);
  });
});
