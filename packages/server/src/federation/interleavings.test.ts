import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { BoundedMap } from '../bounded-map.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { IdentityWithLogins, LoginRecord, Store } from '../store/store.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { mergeDevelopers } from './developer.ts';
import { type IdentityServices, identityOf, newGuest } from './identities.ts';
import { openPools, type Pool, type Pools } from './pools.ts';
import { merged, owns, type ProvenLogin, reconcile } from './reconcile.ts';
import { poolDocument, poolWithout } from './testing/pool.ts';
import { removeLogins } from './unlink.ts';

const developers = 'login.my.backend';

/** What a node is asked to do. Identities are meant by the order in which they came to be known. */
type Command =
  | { readonly kind: 'sign in'; readonly logins: readonly ProvenLogin[]; readonly asked: number | undefined }
  | { readonly kind: 'unlink'; readonly identity: number; readonly login: ProvenLogin }
  | { readonly kind: 'merge'; readonly source: string; readonly destination: string }
  | { readonly kind: 'delete'; readonly identity: number };

const subject = fc.constantFrom('ada', 'eve');
const login = fc.record({ provider: fc.constantFrom('google', 'facebook', developers), subject });
const logins = fc.uniqueArray(login, { selector: ({ provider }) => provider, minLength: 1 });
const identity = fc.nat(3);
const asked = fc.option(identity, { nil: undefined });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sign in'), logins, asked }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unlink'), identity, login }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge'), source: subject, destination: subject }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), identity }) },
);
/**
 * A command among others: before that one of its calls to the store it waits until those after it in the round are done.
 */
interface Running {
  readonly command: Command;
  readonly pauseBefore: number;
}

const running: fc.Arbitrary<Running> = fc.record({ command, pauseBefore: fc.nat(6) });
const past = fc.array(command, { minLength: 2, maxLength: 4 });
const crowd = fc.array(running, { minLength: 2, maxLength: 4 });

/** An identity, the code of a refusal, or nothing. */
type Answer = string | undefined;
type World = ReadonlyMap<IdentityId, IdentityWithLogins>;
type Node = IdentityServices & { readonly pools: Pools };

describe('sign-ins, merges, unlinks and deletions on two nodes at once', () => {
  let folder: string;
  let stores: readonly Store[];
  const clock = new TestClock();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daypass-interleavings-'));
    const path = join(folder, 'daypass.sqlite');
    stores = [await openSqliteStore({ path }), await openSqliteStore({ path })];
  });

  afterAll(async () => {
    for (const store of stores) await store.close();
    await rm(folder, { recursive: true });
  });

  it('are as if one had come after the other, wherever they meet', async () => {
    const [first, second] = stores;
    if (first === undefined || second === undefined) throw new Error('no stores');
    const open = (store: Store): Node => ({
      store,
      clock,
      place: { region: 'us-east-1', account: '000000000000' },
      poolsOfIdentities: new BoundedMap<IdentityId, PoolId>(100),
      pools: openPools({ store, clock }),
    });
    await fc.assert(
      fc.asyncProperty(past, crowd, async (alone, together) => {
        const pool = poolWithout(poolDocument({ developerProviderName: developers }));
        await first.collection('pools').insert(pool.document.poolId, pool.document);
        const known = [await newGuest(open(first), pool)];
        for (const one of alone) {
          clock.advance(1);
          await answerOf(run(open(first), pool, one, known));
          for (const id of (await worldOf(first, pool)).keys()) if (!known.includes(id)) known.push(id);
        }
        const before = await worldOf(first, pool);
        clock.advance(1);
        const answers = await atOnce(together, ({ command: one, pauseBefore }, n, others) =>
          answerOf(run(open(pausing(n % 2 === 0 ? first : second, pauseBefore, others)), pool, one, known)),
        );
        const after = await worldOf(second, pool);
        const model = { pool, known, now: clock.now() };
        const commands = together.map(({ command: one }) => one);
        if (!someOrder(model, before, commands, answers, after)) {
          const worlds = { before: [...before.values()], after: [...after.values()] };
          throw new Error(`no order explains ${JSON.stringify({ known, answers, ...worlds })}`);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Starts all actions; each is told when those after it are done. */
async function atOnce<Item, Result>(
  items: readonly Item[],
  action: (item: Item, index: number, laterOnes: Promise<unknown>) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Promise<Result>[] = [];
  for (const [index, item] of [...items.entries()].reverse()) {
    results.unshift(action(item, index, Promise.allSettled(results)));
  }
  return Promise.all(results);
}

/** A store whose calls wait, from the given one on. */
function pausing(store: Store, pauseBefore: number, signal: Promise<unknown>): Store {
  let calls = 0;
  const pause =
    <Arguments extends readonly unknown[], Result>(method: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      if (calls++ >= pauseBefore) await signal;
      return method(...args);
    };
  return {
    ...store,
    findLogin: pause(store.findLogin),
    getIdentity: pause(store.getIdentity),
    getIdentityWithLogins: pause(store.getIdentityWithLogins),
    applyIdentityChange: pause(store.applyIdentityChange),
    deleteIdentities: pause(store.deleteIdentities),
  };
}

function idOf(known: readonly IdentityId[], number: number): IdentityId {
  const id = known[number % known.length];
  if (id === undefined) throw new Error('no identity is known');
  return id;
}

async function run(node: Node, pool: Pool, one: Command, known: readonly IdentityId[]): Promise<Answer> {
  const { poolId } = pool.document;
  switch (one.kind) {
    case 'sign in':
      return identityOf(node, pool, one.logins, one.asked === undefined ? undefined : idOf(known, one.asked));
    case 'unlink': {
      await removeLogins(node, poolId, idOf(known, one.identity), (found) => its(found, one.login));
      return undefined;
    }
    case 'merge':
      return mergeDevelopers(node, { poolId, provider: developers, ...one });
    case 'delete':
      return (await node.store.deleteIdentities([idOf(known, one.identity)]))[0];
  }
}

function its(found: IdentityWithLogins, { provider, subject }: ProvenLogin): readonly LoginRecord[] {
  const removed = found.logins.filter((own) => own.provider === provider && own.subject === subject);
  if (removed.length === 0) throw new ServiceError('ResourceNotFoundException', 'not its login');
  return removed;
}

async function answerOf(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
}

async function worldOf(store: Store, { document }: Pool): Promise<World> {
  const identities = await store.findIdentities({ poolId: document.poolId, limit: 1000 });
  return new Map(identities.map((one) => [one.identityId, one]));
}

interface Model {
  readonly pool: Pool;
  readonly known: readonly IdentityId[];
  readonly now: number;
}

/** Whether the commands, one after the other in some order, give these answers and this world. */
function someOrder(
  model: Model,
  before: World,
  commands: readonly Command[],
  answers: readonly Answer[],
  after: World,
): boolean {
  if (commands.length === 0) return sameWorld(before, after);
  return commands.some((one, n) => {
    const expected = answers[n];
    const { answer, world } = step(model, before, one, expected);
    return (
      answer === expected && someOrder(model, world, commands.toSpliced(n, 1), answers.toSpliced(n, 1), after)
    );
  });
}

function sameWorld(a: World, b: World): boolean {
  const text = (world: World) =>
    JSON.stringify(
      [...world.values()]
        .map(({ identityId, enabled, logins }) => [identityId, enabled, loginsText(logins)])
        .sort(),
    );
  return text(a) === text(b);
}

function loginsText(logins: readonly LoginRecord[]): readonly string[] {
  return logins.map(({ provider, subject }) => `${provider}:${subject}`).sort();
}

/** One command done alone. A new identity gets the id that was really given. */
function step(model: Model, world: World, one: Command, real: Answer): { answer: Answer; world: World } {
  try {
    return stepOrThrow(model, world, one, real);
  } catch (error) {
    if (error instanceof ServiceError) return { answer: error.code, world };
    throw error;
  }
}

function stepOrThrow(
  { pool, known, now }: Model,
  world: World,
  one: Command,
  real: Answer,
): { answer: Answer; world: World } {
  const people = [...world.values()];
  const missing = new ServiceError('ResourceNotFoundException', 'not found');
  switch (one.kind) {
    case 'sign in': {
      const named = one.asked === undefined ? undefined : world.get(idOf(known, one.asked));
      if (one.asked !== undefined && named === undefined) throw missing;
      const decided = reconcile({
        logins: one.logins,
        owners: one.logins.map((login) => people.find((person) => owns(person, login))),
        ...(named && { asked: named }),
        developerProviderName: developers,
      });
      const isNew = decided.identity === 'new' && real !== undefined && !world.has(real as IdentityId);
      const id = isNew ? (real as IdentityId) : decided.identity;
      if (id === 'new') return { answer: 'new', world };
      const fresh = {
        enabled: true,
        createdAt: now,
        modifiedAt: now,
        lastSeenAt: now,
        version: 1,
        logins: [],
      };
      const made = new Map(world);
      if (isNew) made.set(id, { ...fresh, identityId: id, poolId: pool.document.poolId });
      return { answer: id, world: changed(made, id, decided.change ?? {}) };
    }
    case 'unlink': {
      const person = world.get(idOf(known, one.identity));
      if (person === undefined) throw missing;
      const removed = its(person, one.login);
      const left = person.logins.filter((login) => !removed.includes(login));
      return {
        answer: undefined,
        world: new Map(world).set(person.identityId, { ...person, logins: left, enabled: left.length > 0 }),
      };
    }
    case 'merge': {
      const owner = (user: string) =>
        people.find((person) => owns(person, { provider: developers, subject: user }));
      const source = owner(one.source);
      const destination = owner(one.destination);
      if (source === undefined || destination === undefined) throw missing;
      const id = destination.identityId;
      if (source === destination) return { answer: id, world };
      return { answer: id, world: changed(world, id, merged(destination, [source], [], developers)) };
    }
    case 'delete': {
      const rest = new Map(world);
      const id = idOf(known, one.identity);
      return { answer: rest.delete(id) ? id : undefined, world: rest };
    }
  }
}

type Change = Partial<ReturnType<typeof merged>> & { readonly link?: readonly ProvenLogin[] };

/** The world after a change: whoever is disabled hands over all logins. */
function changed(world: World, survivor: IdentityId, { update = [], link = [] }: Change): World {
  const after = new Map(world);
  const losers = update.filter(({ enabled }) => !enabled).map(({ identityId }) => world.get(identityId));
  const person = after.get(survivor);
  if (person === undefined) throw new Error('the survivor is not there');
  const taken = [...losers.flatMap((loser) => loser?.logins ?? []), ...link];
  after.set(survivor, {
    ...person,
    logins: [...person.logins, ...taken.map((one) => ({ ...one, identityId: survivor }))],
  });
  for (const loser of losers)
    if (loser) after.set(loser.identityId, { ...loser, enabled: false, logins: [] });
  return after;
}
