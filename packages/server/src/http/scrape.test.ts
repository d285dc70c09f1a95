import { afterEach, describe, expect, it } from 'vitest';
import { type Listener, listen } from './listener.ts';
import { echoEndpoints } from './testing.ts';

describe('/_daypass/metrics', () => {
  let listener: Listener;

  afterEach(() => listener.close(0));

  async function scrape(token: string | undefined, headers: Record<string, string>): Promise<Response> {
    listener = await listen(echoEndpoints({ ...(token !== undefined && { scrapeToken: token }) }), {
      host: '127.0.0.1',
      port: 0,
      maxConnections: 10,
    });
    const target = 'AWSCognitoIdentityService.GetId';
    const url = `http://127.0.0.1:${listener.port}`;
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: '{}',
    });
    await fetch(url, { method: 'POST', headers: { 'x-amz-target': `${target}${'x'.repeat(50)}` } });
    await fetch(`${url}/bucket/key`);
    return fetch(`${url}/_daypass/metrics`, { headers });
  }

  it('counts requests by operation and outcome, and what is none of ours as one', async () => {
    const answer = await scrape(undefined, {});
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('daypass_requests'));
    expect(lines).toEqual([
      'daypass_requests_total{operation="GetId",outcome="ok"} 1',
      'daypass_requests_total{operation="unknown",outcome="UnknownOperationException"} 1',
      'daypass_requests_total{operation="s3",outcome="2xx"} 1',
    ]);
  });

  it.each<[what: string, token: string | undefined, headers: Record<string, string>, status: number]>([
    ['this machine itself', undefined, {}, 200],
    ['a stranger behind a proxy of this machine', undefined, { 'x-forwarded-for': '203.0.113.9' }, 403],
    ['who knows the token, from anywhere', 'open sesame', { authorization: 'Bearer open sesame' }, 200],
    ['who knows another token', 'open sesame', { authorization: 'Bearer open barley' }, 403],
    ['this machine itself without the token', 'open sesame', {}, 403],
  ])('answers %s accordingly', async (_who, token, headers, status) => {
    expect((await scrape(token, headers)).status).toBe(status);
  });
});
