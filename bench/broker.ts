import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCephInstalled, startCeph } from '../conformance/rig/ceph.ts';
import { brokeredGuest, type Key, type Service, startRelay, startService } from './load/brokered.ts';
import { type Load, load } from './load/wrk.ts';

const issuer = 'pools.bench.test';
const seconds = 12;
/** What the brokers promise, calls at one STS at one time, and a load that would be more. */
const mostInFlight = 32;
const manyConnections = 100;

/**
 * GetCredentialsForIdentity of a brokered role beside the foreign AssumeRoleWithWebIdentity alone, one request after the
 * other, with another Daypass and, where it is installed, with Ceph as the foreign STS; the cache is off. Then the calls
 * that reach the STS at one time under many connections.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  try {
    await besideDaypass(folder);
    if (isCephInstalled()) await besideCeph(folder);
    else console.log('Ceph is not installed, and not measured.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function besideDaypass(folder: string): Promise<void> {
  const here = await startService(join(folder, 'here'), ['--public-url', `https://${issuer}`]);
  try {
    const account = '111122223333';
    const options = ['--account', account, '--provider-override', `${issuer}=${here.url}`];
    const there = await startService(join(folder, 'there'), options);
    try {
      const target = ['--target', 'aws', '--target-account', account];
      await measure('Daypass', here, there.url, target, there.rootCredentials);
    } finally {
      await there.process.stop();
    }
  } finally {
    await here.process.stop();
  }
}

async function besideCeph(folder: string): Promise<void> {
  const ceph = await startCeph();
  try {
    const here = await startService(join(folder, 'here-for-ceph'), []);
    try {
      await measure('Ceph', here, ceph.url, ['--target', 'ceph'], ceph.administrator);
    } finally {
      await here.process.stop();
    }
  } finally {
    await ceph.stop();
  }
}

async function measure(name: string, here: Service, sts: string, target: string[], key: Key): Promise<void> {
  const { brokerAt, request: throughBroker } = await brokeredGuest(here, sts, target, key);

  // A relay sees what the broker sends, so that the same can be sent without it, and counts.
  const relay = await startRelay(sts);
  await brokerAt(relay.url);
  await timed(throughBroker);
  const before = here.process.processorTime();
  const { requests } = await load({ ...throughBroker, connections: manyConnections, seconds: seconds / 3 });
  const processor = (here.process.processorTime() - before) / requests;
  relay.close();

  await brokerAt(sts);
  const alone = {
    url: sts,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    bodies: [relay.captured()],
  };
  const foreign: number[] = [];
  const brokered: number[] = [];
  // In turn, so that whatever else the machine does disturbs both alike.
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    foreign.push(await timed(alone));
    brokered.push(await timed(throughBroker));
  }
  const [alone50, brokered50] = [median(foreign), median(brokered)];
  const added = (brokered50 - alone50).toFixed(2);
  const ratio = (brokered50 / alone50).toFixed(2);
  console.log(
    `${name.padEnd(8)} the broker adds ${added} ms p50 (goal 1.00), ${ratio} of the foreign call alone, ${alone50.toFixed(2)} ms; ${processor.toFixed(0)} µs processor; at most ${relay.most()} calls at one time (limit ${mostInFlight})`,
  );
}

/** Milliseconds until the whole answer is there. */
async function timed({ url, headers, bodies }: Pick<Load, 'url' | 'headers' | 'bodies'>): Promise<number> {
  const [body = ''] = bodies;
  const start = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
