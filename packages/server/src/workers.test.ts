import cluster from 'node:cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Daypass } from './config.ts';
import { startDaypass } from './main.ts';
import { killWorkersUnderLoad } from './workers-under-fire.fixture.ts';

describe('workers', { timeout: 120_000 }, () => {
  let data: string;
  let daypass: Daypass | undefined;

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'daypass-workers-'));
  });
  afterEach(async () => {
    await daypass?.close();
    daypass = undefined;
    rmSync(data, { recursive: true, force: true });
  });

  const start = async () => {
    daypass = await startDaypass({ port: 0, data, workers: 2, logLevel: 'silent' });
    return daypass;
  };
  const pids = () => Object.values(cluster.workers ?? {}).flatMap((worker) => worker?.process.pid ?? []);
  const metric = async (url: string, name: string): Promise<number> => {
    const text = await (await fetch(`${url}/_daypass/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  };

  it('share a port, and count as one', async () => {
    const { url } = await start();
    expect(pids().length).toBe(2);
    for (let n = 0; n < 10; n++) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'x-amz-target': 'AWSCognitoIdentityService.GetId', connection: 'close' },
        body: '{}',
      });
      expect(response.status).toBe(400);
    }
    const name = 'daypass_requests_total{operation="GetId",outcome="UnknownOperationException"}';
    expect(await metric(url, name.replace(/[{}"]/g, '\\$&'))).toBe(10);
    expect(await metric(url, 'daypass_workers')).toBe(2);
  });

  it('that are killed are replaced, and nothing that was acknowledged is lost or there twice', async () => {
    const outcome = await killWorkersUnderLoad(data, 4);
    expect(outcome).toMatchObject({ kills: 4, hung: 0, changed: [], refusals: [], lostRoles: [] });
    expect(outcome.identities).toBe(outcome.users);
    expect(outcome.answered).toBeGreaterThan(50);
    expect(outcome.roles).toBeGreaterThan(0);
  });

  it('are replaced one by one without a single request that fails', async () => {
    const { url, restart } = await start();
    const before = pids();
    let over = false;
    let requests = 0;
    const failures: string[] = [];
    const load = Array.from({ length: 4 }, async () => {
      while (!over) {
        const sent = fetch(`${url}/_daypass/ready`, { headers: { connection: 'close' } });
        const status = await sent.then(({ status }) => status, String);
        if (status !== 200) failures.push(String(status));
        requests++;
      }
    });
    await restart();
    over = true;
    await Promise.all(load);
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(10);
    const after = pids();
    expect(after.length).toBe(2);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  });

  it('admit no more requests together than one would alone', async () => {
    daypass = await startDaypass({
      port: 0,
      data,
      workers: 2,
      logLevel: 'silent',
      rateLimit: 1,
      trustedProxies: 1,
    });
    const { url } = daypass;
    const startedAt = Date.now();
    let admitted = 0;
    for (let n = 0; n < 40; n++) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityService.GetId',
          'x-forwarded-for': '203.0.113.9',
          connection: 'close',
        },
        body: '{}',
      });
      if (response.status !== 429) admitted++;
    }
    const seconds = (Date.now() - startedAt) / 1000;
    expect(admitted).toBeGreaterThanOrEqual(10);
    expect(admitted).toBeLessThanOrEqual(10 + Math.ceil(seconds));
  });

  it('need something to share', async () => {
    await expect(startDaypass({ port: 0, workers: 2 })).rejects.toThrow(
      'several workers need a data directory or PostgreSQL to share',
    );
  });
});
