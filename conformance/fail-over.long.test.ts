import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IAMServiceException } from '@aws-sdk/client-iam';
import { startTestProvider, type TestProvider } from '@daypass/server/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { administrator, listIdentities } from './rig/administrator.ts';
import { callPublic } from './rig/call.ts';
import { type NodeProcess, startNodeProcess } from './rig/node-process.ts';
import { type Patroni, patroniObstacle, startPatroni } from './rig/patroni.ts';

const obstacle = patroniObstacle();
if (obstacle !== undefined) console.log(`Fail-over of PostgreSQL is not tried: no Patroni here, ${obstacle}`);

const kills = 5;
/** Users who sign in at one time, each at both nodes. */
const pairs = 4;
/**
 * Milliseconds that requests may go on being refused once the leader takes writes: connections that lead nowhere have
 * to be given up, for which a client of PostgreSQL has five seconds, and the machine may be busy.
 */
const aftermath = 10_000;

/** A request that was not answered as asked, and how long it was under way. */
interface Refusal {
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** From the last write that a leader took to the first that the next took. */
interface Outage {
  readonly from: number;
  readonly to: number;
}

let patroni: Patroni;
let provider: TestProvider;
let folder: string;
const nodes: NodeProcess[] = [];

beforeAll(async () => {
  if (obstacle !== undefined) return;
  patroni = await startPatroni();
  provider = await startTestProvider({ key: 'accounts.google.com' });
  folder = mkdtempSync(join(tmpdir(), 'daypass-fail-over-'));
  const environment = { DAYPASS_MASTER_KEY: randomBytes(32).toString('base64') };
  const options = ['--store', patroni.url, '--provider-override', `${provider.key}=${provider.url}`];
  for (const name of ['one', 'two']) {
    nodes.push(await startNodeProcess({ data: join(folder, name), options, environment }));
  }
}, 180_000);

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await provider?.close();
  await patroni?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}, 60_000);

it.skipIf(obstacle !== undefined)(
  'goes on by itself when the leader of the database is killed, and keeps all that was acknowledged',
  { timeout: 900_000 },
  async () => {
    const [first, second] = nodes;
    if (first === undefined || second === undefined) throw new Error('no nodes');
    const admin = administrator(first);
    const IdentityPoolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      SupportedLoginProviders: { [provider.key]: provider.clientId },
    });
    const load = startLoad(IdentityPoolId, [admin, administrator(second)]);
    const watch = watchLeader();
    const lengths: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      await until(() => patroni.isSettled());
      await load.progress();
      const from = Date.now();
      await patroni.killLeader();
      await until(() => patroni.takesWrites());
      lengths.push(`${((Date.now() - from) / 1000).toFixed(1)} s`);
      await load.progress();
      await patroni.revive();
    }
    await load.progress();
    await until(() => patroni.isSettled());
    const { refusals, faults, acknowledged } = await load.stop();
    const outages = await watch.stop();
    const { users, guests, roles } = acknowledged;
    console.log(
      `${kills} leaders killed, none there for ${lengths.join(', ')}: ${refusals.length} requests refused,`,
      `${users.size} users, ${guests.length} guests and ${roles.length} roles acknowledged`,
    );
    const wasDown = ({ from, to }: Refusal) =>
      outages.some((outage) => to >= outage.from && from <= outage.to + aftermath);
    expect(refusals.filter((refusal) => !wasDown(refusal))).toEqual([]);
    expect(refusals.filter(({ why }) => !/^503 ServiceUnavailable(Exception)?$/.test(why))).toEqual([]);
    expect(faults).toEqual([]);
    expect(nodes.map((node) => node.ended())).toEqual([undefined, undefined]);

    // Also those of whom nobody knows whether they were written have one identity by now, and the same everywhere.
    const strays: string[] = [];
    for (const { url } of nodes) {
      for (const [user, known] of users) {
        const { answer } = await callPublic(url, 'GetId', { IdentityPoolId, Logins: loginOf(user) });
        if (answer.IdentityId !== (known ?? answer.IdentityId)) strays.push(user);
        users.set(user, answer.IdentityId);
      }
    }
    expect(strays).toEqual([]);
    const identities = await listIdentities(admin, IdentityPoolId);
    const signedIn = identities.filter(({ Logins = [] }) => Logins.length > 0);
    expect(signedIn.length).toBe(users.size);
    expect(new Set(signedIn.map(({ IdentityId }) => IdentityId))).toEqual(new Set(users.values()));
    const kept = new Set(identities.map(({ IdentityId }) => IdentityId));
    expect(guests.filter((guest) => !kept.has(guest))).toEqual([]);
    for (const RoleName of roles) await admin.iam.getRole({ RoleName });
  },
);

function loginOf(user: string): Record<string, string> {
  return { [provider.key]: provider.token({ sub: user }) };
}

/** Signs users in, each at both nodes at once, and makes guests and roles, until it is stopped. */
function startLoad(IdentityPoolId: string, admins: readonly ReturnType<typeof administrator>[]) {
  const users = new Map<string, string | undefined>();
  const guests: string[] = [];
  const roles: string[] = [];
  const refusals: Refusal[] = [];
  const faults: string[] = [];
  let signIns = 0;
  let over = false;

  /** The identity of somebody at one node; undefined when that is refused. */
  async function getId(url: string, Logins?: Record<string, string>): Promise<string | undefined> {
    const from = Date.now();
    try {
      const { status, answer } = await callPublic(url, 'GetId', { IdentityPoolId, Logins });
      if (answer.IdentityId !== undefined) return answer.IdentityId;
      refusals.push({ from, to: Date.now(), why: `${status} ${answer.__type}` });
    } catch (error) {
      faults.push(String(error));
    }
    return undefined;
  }

  async function signIn(user: string): Promise<void> {
    if (!users.has(user)) users.set(user, undefined);
    const Logins = loginOf(user);
    for (const answer of await Promise.all(nodes.map(({ url }) => getId(url, Logins)))) {
      if (answer === undefined) continue;
      signIns++;
      const known = users.get(user) ?? answer;
      if (known !== answer) faults.push(`${user} is ${known} and ${answer}`);
      users.set(user, known);
    }
  }

  async function signInForEver(pair: number): Promise<void> {
    for (let round = 0; !over; round++) {
      await signIn(`user-${pair}-${round}`);
      await signIn(`user-${pair}-${Math.floor(round / 2)}`);
      const guest = await getId(nodes[round % 2]?.url ?? '');
      if (guest !== undefined) guests.push(guest);
      await sleep(50);
    }
  }

  async function createRolesForEver(): Promise<void> {
    for (let round = 0; !over; round++) {
      const from = Date.now();
      try {
        const name = `role-${round}`;
        await admins[round % admins.length]?.createRole(name, IdentityPoolId, 'authenticated');
        roles.push(name);
      } catch (error) {
        const { name, $metadata } = error as IAMServiceException;
        refusals.push({ from, to: Date.now(), why: `${$metadata.httpStatusCode} ${name}` });
      }
      await sleep(200);
    }
  }

  const running = [createRolesForEver(), ...Array.from({ length: pairs }, (_, pair) => signInForEver(pair))];
  return {
    /** Resolves when a hundred more sign-ins have been acknowledged. */
    async progress(): Promise<void> {
      const goal = signIns + 100;
      await until(async () => signIns >= goal);
    },
    async stop() {
      over = true;
      await Promise.all(running);
      return { refusals, faults, acknowledged: { users, guests, roles } };
    },
  };
}

/** Notes when no leader took writes, whatever the reason: on a busy machine one may lose its place unasked. */
function watchLeader() {
  const outages: Outage[] = [];
  let over = false;
  const watching = (async () => {
    let good = Date.now();
    while (!over) {
      const asked = Date.now();
      if (await patroni.takesWrites()) good = asked;
      else {
        while (!(await patroni.takesWrites()));
        outages.push({ from: good, to: Date.now() });
      }
      await sleep(200);
    }
  })();
  return {
    async stop(): Promise<readonly Outage[]> {
      over = true;
      await watching;
      return outages;
    },
  };
}

/** Resolves when it is so; throws after two minutes. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not so after two minutes: ${isSo}`);
    await sleep(100);
  }
}
