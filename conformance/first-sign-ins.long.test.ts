import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestProvider, type TestProvider } from '@daypass/server/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findPostgres, type PostgresRig, startPostgres } from '../packages/server/src/store/postgres-rig.ts';
import { administrator, listIdentities } from './rig/administrator.ts';
import { callPublic } from './rig/call.ts';
import { type NodeProcess, startNodeProcess } from './rig/node-process.ts';

const users = 2500;
/** Sign-ins of each user at one time, by turns at each node. */
const together = 4;
/** Users who come at one time. */
const crowd = 128;

const binaries = findPostgres();
if (binaries === undefined)
  console.log('No first sign-ins on PostgreSQL: there is no initdb and postgres here');

let folder: string;
let provider: TestProvider;
let postgres: PostgresRig | undefined;
let nodes: NodeProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-first-sign-ins-'));
  provider = await startTestProvider({ key: 'accounts.google.com' });
  nodes = [];
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await postgres?.stop();
  postgres = undefined;
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(store: 'SQLite' | 'PostgreSQL'): Promise<void> {
  if (store === 'PostgreSQL') postgres = await startPostgres(binaries ?? '');
  const environment = { DAYPASS_MASTER_KEY: randomBytes(32).toString('base64') };
  const override = ['--provider-override', `${provider.key}=${provider.url}`];
  const options = postgres === undefined ? override : ['--store', postgres.url, ...override];
  for (const name of ['one', 'two']) {
    // What the nodes share is the database, or the directory that it is in.
    const data = join(folder, postgres === undefined ? 'both' : name);
    nodes.push(await startNodeProcess({ data, options, environment }));
  }
}

it.each(binaries === undefined ? (['SQLite'] as const) : (['SQLite', 'PostgreSQL'] as const))(
  'gives each user of 10,000 first sign-ins at two nodes one identity, and the same from both (%s)',
  async (store) => {
    await start(store);
    const [first] = nodes;
    if (first === undefined) throw new Error('no node');
    const admin = administrator(first);
    const IdentityPoolId = await admin.createPool({
      SupportedLoginProviders: { [provider.key]: provider.clientId },
    });

    const identities = new Map<number, Set<string>>();
    async function signIn(user: number): Promise<void> {
      const Logins = { [provider.key]: provider.token({ sub: `user-${user}` }) };
      const outcomes = await Promise.all(
        Array.from({ length: together }, (_, n) =>
          callPublic(nodes[n % nodes.length]?.url ?? '', 'GetId', { IdentityPoolId, Logins }),
        ),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 200));
      identities.set(user, new Set(outcomes.map(({ answer }) => answer.IdentityId ?? '')));
    }

    const startedAt = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: crowd }, async () => {
        while (next < users) await signIn(next++);
      }),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`${store}: ${users * together} first sign-ins of ${users} users in ${seconds.toFixed(1)} s`);
    expect([...identities.values()].filter(({ size }) => size !== 1)).toEqual([]);
    const given = new Set([...identities.values()].flatMap((ids) => [...ids]));
    expect(given.size).toBe(users);
    const kept = await listIdentities(admin, IdentityPoolId);
    expect(new Set(kept.map(({ IdentityId }) => IdentityId))).toEqual(given);
    expect(kept.length).toBe(users);
  },
);
