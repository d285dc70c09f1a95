import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCephInstalled, startCeph } from '../conformance/rig/ceph.ts';
import { findPostgres, type PostgresRig, startPostgres } from '../packages/server/src/store/postgres-rig.ts';
import { brokeredGuest, startRelay, startService } from './load/brokered.ts';
import { isMotoInstalled, startMoto } from './load/moto.ts';
import { headersOf, issuer, makePool, type Provider, startDaypass, startProvider } from './load/pool.ts';
import { type ServerProcess, startServer } from './load/process.ts';
import { type Load, load, loadAt, type Measured } from './load/wrk.ts';

/** More than any token cache holds, so that walking through them in a circle never meets a known one. */
const distinctTokens = 24_000;
/** Users who were never seen; a round ends before there is none left. */
const newcomers = 20_000;
const identities = 500;
const connections = 32;
const seconds = 4;
const rounds = 3;

/**
 * GetCredentialsForIdentity with tokens never seen before (cold) and with one token (warm), beside a bare node:http
 * server that does one RS256 verification a request, and one that does nothing: each in a process of its own, loaded
 * in turn on the same machine. The figures are the medians of several rounds. Then the same and GetId, for users known and
 * new, with both stores and with one and two workers, and latencies under 70 % of the highest load. With `--peers` also
 * moto_server, which verifies nothing, and Ceph's STS, which has no identities, where they are installed.
 */
export async function run(options: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  const provider = await startProvider();
  try {
    console.log(`signing ${distinctTokens + newcomers} tokens …`);
    const tokens = Array.from({ length: distinctTokens }, (_, n) =>
      provider.mint(`user-${n % identities}`, String(n)),
    );
    const strangers = Array.from({ length: newcomers }, (_, n) => provider.mint(`newcomer-${n}`, 'first'));
    await besideTheLimit(provider, tokens, join(folder, 'limit'));
    await everyStore(provider, tokens, strangers, folder);
    if (options.includes('--peers')) await besidePeers(folder);
  } finally {
    provider.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bodies of GetCredentialsForIdentity, one for each token. */
async function credentialsBodies(
  endpoint: string,
  poolId: string,
  tokens: readonly string[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const body of getIdBodies(poolId, tokens.slice(0, identities))) {
    const response = await fetch(endpoint, { method: 'POST', headers: headersOf('GetId'), body });
    const { IdentityId }: { IdentityId: string } = JSON.parse(await response.text());
    ids.push(IdentityId);
  }
  return tokens.map((token, n) =>
    JSON.stringify({ IdentityId: ids[n % identities], Logins: { [issuer]: token } }),
  );
}

function getIdBodies(poolId: string, tokens: readonly string[]): readonly string[] {
  return tokens.map((token) => JSON.stringify({ IdentityPoolId: poolId, Logins: { [issuer]: token } }));
}

const credentials = headersOf('GetCredentialsForIdentity');

async function besideTheLimit(provider: Provider, tokens: readonly string[], data: string): Promise<void> {
  const running: ServerProcess[] = [];
  try {
    const daypass = await startDaypass(provider, data);
    running.push(daypass);
    const limit = new URL('./load/bare.ts', import.meta.url).pathname;
    const bare = await startServer(limit, []);
    running.push(bare);
    const bareVerify = await startServer(limit, [], { BARE_VERIFY_KEY: JSON.stringify(provider.jwk) });
    running.push(bareVerify);

    const poolId = await makePool(daypass.url, data);
    const cold = await credentialsBodies(daypass.url, poolId, tokens);
    const warm = cold.slice(0, 1);
    const contenders: readonly (readonly [string, ServerProcess, readonly string[]])[] = [
      ['bare node:http + RS256 verify', bareVerify, cold],
      ['Daypass, cold tokens', daypass, cold],
      ['bare node:http', bare, warm],
      ['Daypass, warm token', daypass, warm],
    ];
    const results = new Map<string, Result[]>();
    for (let round = 0; round <= rounds; round++) {
      for (const [name, server, bodies] of contenders) {
        const result = await measured(name, server, {
          headers: credentials,
          bodies,
          seconds: round === 0 ? 2 : seconds,
        });
        // The first round warms up every server and is not counted.
        if (round > 0) results.set(name, [...(results.get(name) ?? []), result]);
      }
    }
    report(results, new Map(contenders.map(([name, server]) => [name, server.memory()])));
  } finally {
    for (const server of running) await server.stop();
  }
}

/** With the processor time of one request in microseconds, which other work on the machine disturbs least. */
type Result = Measured & { readonly processor: number };

async function measured(
  name: string,
  server: ServerProcess,
  { perSecond, ...what }: Pick<Load, 'headers' | 'bodies' | 'seconds'> & { readonly perSecond?: number },
): Promise<Result> {
  const before = server.processorTime();
  const kind = { ...what, url: server.url };
  const result = await (perSecond === undefined ? load({ ...kind, connections }) : loadAt(perSecond, kind));
  if (result.errors > 0) throw new Error(`${name}: ${result.errors} answers were errors`);
  return { ...result, processor: (server.processorTime() - before) / result.requests };
}

function report(results: ReadonlyMap<string, readonly Result[]>, memory: ReadonlyMap<string, number>): void {
  const median = (name: string): Result => {
    const sorted = [...(results.get(name) ?? [])].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
    const middle = sorted[Math.floor(sorted.length / 2)];
    if (middle === undefined) throw new Error(`${name} was not measured`);
    return middle;
  };
  const ratio = (a: string, b: string) =>
    (median(a).requestsPerSecond / median(b).requestsPerSecond).toFixed(2);
  console.log(
    `\ncold: ${ratio('Daypass, cold tokens', 'bare node:http + RS256 verify')} of bare node:http + RS256 verify (goal 0.80)`,
  );
  console.log(`warm: ${ratio('Daypass, warm token', 'bare node:http')} of bare node:http (goal 0.60)\n`);
  for (const name of results.keys()) {
    const megabytes = Math.round((memory.get(name) ?? 0) / 1e6);
    console.log(`${line(name, median(name))}   ${megabytes} MB`);
  }
}

function line(name: string, { requestsPerSecond, p50, p99, processor }: Result): string {
  return `${name.padEnd(32)} ${String(requestsPerSecond).padStart(7)} req/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms   ${processor.toFixed(1)} µs processor`;
}

/** Both stores, one worker and two; the server may use every core, beside the load. */
async function everyStore(
  provider: Provider,
  tokens: readonly string[],
  strangers: readonly string[],
  folder: string,
): Promise<void> {
  await workersOn('SQLite', async () => 'sqlite', { provider, tokens, strangers, folder });
  const binaries = findPostgres();
  if (binaries === undefined) return console.log('\nNo PostgreSQL: there is no initdb and postgres here');
  const rig: PostgresRig = await startPostgres(binaries, { fsync: true });
  try {
    await workersOn('PostgreSQL', () => rig.newSchema(), { provider, tokens, strangers, folder });
  } finally {
    await rig.stop();
  }
}

async function workersOn(
  name: string,
  newStore: () => Promise<string>,
  {
    provider,
    tokens,
    strangers,
    folder,
  }: { provider: Provider; tokens: readonly string[]; strangers: readonly string[]; folder: string },
): Promise<void> {
  const figures: Figures[] = [];
  for (const workers of [1, 2]) {
    const data = join(folder, `${name}-${workers}`);
    const options = ['--workers', String(workers), '--store', await newStore()];
    const server = await startDaypass(provider, data, options, { everyCore: true });
    try {
      const poolId = await makePool(server.url, data);
      figures.push(await figuresOf(server, poolId, tokens, strangers));
    } finally {
      await server.stop();
    }
  }
  console.log(`\n${name}; server and load share all cores`);
  const [one, two] = figures;
  for (const [index, figure] of figures.entries()) {
    for (const [what, result] of Object.entries(figure)) {
      console.log(line(`${what}, ${index === 0 ? '1 worker' : '2 workers'}`, result));
    }
  }
  if (one === undefined || two === undefined) return;
  const through = (what: keyof Figures) => two[what].requestsPerSecond / one[what].requestsPerSecond;
  const work = (what: keyof Figures) => (2 * one[what].processor) / two[what].processor;
  console.log(
    `two workers to one: cold ${through('cold').toFixed(2)}, warm ${through('warm').toFixed(2)}; by processor time, with a core for each, cold ${work('cold').toFixed(2)}, warm ${work('warm').toFixed(2)} (goal 1.80)`,
  );
}

async function figuresOf(
  server: ServerProcess,
  poolId: string,
  tokens: readonly string[],
  strangers: readonly string[],
) {
  const cold = { headers: credentials, bodies: await credentialsBodies(server.url, poolId, tokens) };
  const warm = { headers: credentials, bodies: cold.bodies.slice(0, 1) };
  const known = { headers: headersOf('GetId'), bodies: getIdBodies(poolId, tokens.slice(0, identities)) };
  const seconds = 3;
  await measured('warming up', server, { ...cold, seconds: 1 });
  const coldest = await measured('cold', server, { ...cold, seconds });
  const warmest = await measured('warm', server, { ...warm, seconds });
  const at70 = (what: typeof cold, { requestsPerSecond }: Measured) =>
    measured('at 70 %', server, { ...what, seconds, perSecond: 0.7 * requestsPerSecond });
  const figures = {
    cold: coldest,
    'cold at 70 % load': await at70(cold, coldest),
    warm: warmest,
    'warm at 70 % load': await at70(warm, warmest),
    'GetId, known': await measured('known', server, { ...known, seconds }),
    'GetId, new': await measured('new', server, {
      headers: headersOf('GetId'),
      bodies: getIdBodies(poolId, strangers),
      seconds: 2,
    }),
  };
  if (figures['GetId, new'].requests > strangers.length) throw new Error('there were too few newcomers');
  return figures;
}

type Figures = Awaited<ReturnType<typeof figuresOf>>;

async function besidePeers(folder: string): Promise<void> {
  console.log('\npeers');
  const peer = async (name: string, what: Omit<Load, 'seconds'>): Promise<void> => {
    const { requestsPerSecond, p50, p99, errors } = await load({ ...what, seconds });
    console.log(
      `${name.padEnd(44)} ${String(requestsPerSecond).padStart(7)} req/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms   ${errors} errors`,
    );
  };
  if (isMotoInstalled()) {
    const { url, poolId, identityId, stop } = await startMoto();
    const getId = { headers: headersOf('GetId'), bodies: [JSON.stringify({ IdentityPoolId: poolId })] };
    const exchange = { headers: credentials, bodies: [JSON.stringify({ IdentityId: identityId })] };
    await peer('moto, GetId', { url, connections, ...getId });
    await peer('moto, GetCredentialsForIdentity', { url, connections, ...exchange });
    await stop();
  } else console.log('moto is not installed, and not measured.');
  if (isCephInstalled()) await cephsSts(folder, peer);
  else console.log('Ceph is not installed, and not measured.');
}

/** Ceph is asked what a broker would ask it, without the broker. */
async function cephsSts(
  folder: string,
  peer: (name: string, what: Omit<Load, 'seconds'>) => Promise<void>,
): Promise<void> {
  const ceph = await startCeph();
  try {
    const here = await startService(join(folder, 'before-ceph'), []);
    const relay = await startRelay(ceph.url);
    try {
      const guest = await brokeredGuest(here, ceph.url, ['--target', 'ceph'], ceph.administrator);
      await guest.brokerAt(relay.url);
      await load({ ...guest.request, connections: 1, seconds: 1 });
      const assumeRole = {
        url: ceph.url,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
        bodies: [relay.captured()],
      };
      for (const at of [1, connections]) {
        await peer(`Ceph, AssumeRoleWithWebIdentity, ${at} at a time`, { ...assumeRole, connections: at });
      }
    } finally {
      relay.close();
      await here.process.stop();
    }
  } finally {
    await ceph.stop();
  }
}
