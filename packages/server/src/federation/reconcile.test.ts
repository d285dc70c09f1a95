import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { IdentityWithLogins } from '../store/store.ts';
import { type ProvenLogin, type Reconciliation, reconcile, type Situation } from './reconcile.ts';

const developers = 'login.my.backend';
const poolId = 'us-east-1:pool' as PoolId;
const idOf = (name: string) => `us-east-1:${name}` as IdentityId;

/** `google:ada` is the user `ada` of the provider `google`. */
function login(text: string): ProvenLogin {
  const [provider = '', subject = ''] = text.split(':');
  return { provider: provider === 'dev' ? developers : provider, subject };
}

interface Person {
  readonly id: string;
  readonly logins?: readonly string[];
  readonly born?: number;
  readonly disabled?: boolean;
}

function person({ id, logins = [], born = 1000, disabled = false }: Person): IdentityWithLogins {
  const identityId = idOf(id);
  return {
    identityId,
    poolId,
    enabled: !disabled,
    createdAt: born,
    modifiedAt: born,
    lastSeenAt: born,
    version: 7,
    logins: logins.map((text) => ({ ...login(text), identityId })),
  };
}

function situation(
  people: readonly IdentityWithLogins[],
  shown: readonly string[],
  asked?: string,
): Situation {
  const logins = shown.map(login);
  const owner = ({ provider, subject }: ProvenLogin) =>
    people.find((one) => one.logins.some((its) => its.provider === provider && its.subject === subject));
  const named = people.find(({ identityId }) => asked !== undefined && identityId === idOf(asked));
  return {
    logins,
    owners: logins.map(owner),
    ...(named && { asked: named }),
    developerProviderName: developers,
  };
}

/** What a reconciliation does, in the words of the tables below. */
function outcome({ identity, change }: Reconciliation) {
  const name = (id: string) => id.replace('us-east-1:', '');
  const text = ({ provider, subject }: ProvenLogin) =>
    `${provider === developers ? 'dev' : provider}:${subject}`;
  return {
    is: name(identity),
    links: change?.link.map(text) ?? [],
    moves: change?.moveLogins?.map((move) => `${text(move)} ${name(move.from)} > ${name(move.to)}`) ?? [],
    disables: change?.update?.flatMap(({ identityId, enabled }) => (enabled ? [] : [name(identityId)])) ?? [],
  };
}

const nothing = { links: [], moves: [], disables: [] };

describe('reconcile', () => {
  it.each<{
    name: string;
    people: readonly Person[];
    shown: readonly string[];
    asked?: string;
    expected: ReturnType<typeof outcome>;
  }>([
    {
      name: 'makes an identity for logins that are nobody’s, and links them all',
      people: [],
      shown: ['google:ada', 'facebook:ada'],
      expected: { ...nothing, is: 'new', links: ['google:ada', 'facebook:ada'] },
    },
    {
      name: 'finds the identity of a login',
      people: [{ id: 'a', logins: ['google:ada'] }],
      shown: ['google:ada'],
      expected: { ...nothing, is: 'a' },
    },
    {
      name: 'finds the identity of two of its logins',
      people: [{ id: 'a', logins: ['facebook:ada', 'google:ada'] }],
      shown: ['google:ada', 'facebook:ada'],
      expected: { ...nothing, is: 'a' },
    },
    {
      name: 'finds the identity that is asked for',
      people: [{ id: 'a', logins: ['google:ada'] }],
      shown: ['google:ada'],
      asked: 'a',
      expected: { ...nothing, is: 'a' },
    },
    {
      name: 'links a login of nobody to the identity of the other one',
      people: [{ id: 'a', logins: ['google:ada'] }],
      shown: ['facebook:ada', 'google:ada'],
      expected: { ...nothing, is: 'a', links: ['facebook:ada'] },
    },
    {
      name: 'turns a guest into the identity of a login that is nobody’s: the id stays',
      people: [{ id: 'guest' }],
      shown: ['google:ada'],
      asked: 'guest',
      expected: { ...nothing, is: 'guest', links: ['google:ada'] },
    },
    {
      name: 'replaces a guest by the identity that the login has already, although the guest is older',
      people: [
        { id: 'guest', born: 1 },
        { id: 'b', logins: ['google:ada'], born: 2 },
      ],
      shown: ['google:ada'],
      asked: 'guest',
      expected: { ...nothing, is: 'b', disables: ['guest'] },
    },
    {
      name: 'merges into the older identity',
      people: [
        { id: 'a', logins: ['google:ada'], born: 2 },
        { id: 'b', logins: ['facebook:ada', 'twitter:ada'], born: 1 },
      ],
      shown: ['google:ada', 'facebook:ada'],
      expected: { ...nothing, is: 'b', moves: ['google:ada a > b'], disables: ['a'] },
    },
    {
      name: 'merges into the older identity also when the younger one is asked for',
      people: [
        { id: 'a', logins: ['google:ada'], born: 2 },
        { id: 'b', logins: ['facebook:ada'], born: 1 },
      ],
      shown: ['google:ada', 'facebook:ada'],
      asked: 'a',
      expected: { ...nothing, is: 'b', moves: ['google:ada a > b'], disables: ['a'] },
    },
    {
      name: 'merges into the lesser id of two that are equally old',
      people: [
        { id: 'b', logins: ['facebook:ada'] },
        { id: 'a', logins: ['google:ada'] },
      ],
      shown: ['facebook:ada', 'google:ada'],
      expected: { ...nothing, is: 'a', moves: ['facebook:ada b > a'], disables: ['b'] },
    },
    {
      name: 'merges three and links a fourth login at once',
      people: [
        { id: 'c', logins: ['twitter:ada'], born: 3 },
        { id: 'a', logins: ['google:ada'], born: 1 },
        { id: 'b', logins: ['facebook:ada'], born: 2 },
      ],
      shown: ['twitter:ada', 'apple:ada', 'google:ada', 'facebook:ada'],
      expected: {
        is: 'a',
        links: ['apple:ada'],
        moves: ['facebook:ada b > a', 'twitter:ada c > a'],
        disables: ['b', 'c'],
      },
    },
    {
      name: 'lets an identity have several developer users',
      people: [
        { id: 'a', logins: ['dev:ada'], born: 1 },
        { id: 'b', logins: ['dev:lovelace', 'google:ada'], born: 2 },
      ],
      shown: ['dev:ada', 'google:ada'],
      expected: {
        ...nothing,
        is: 'a',
        moves: [`dev:lovelace b > a`, 'google:ada b > a'],
        disables: ['b'],
      },
    },
    {
      name: 'lets an identity have 20 logins',
      people: [{ id: 'a', logins: ['google:ada', ...many(18)] }],
      shown: ['google:ada', 'facebook:ada'],
      expected: { ...nothing, is: 'a', links: ['facebook:ada'] },
    },
  ])('$name', ({ people, shown, asked, expected }) => {
    expect(outcome(reconcile(situation(people.map(person), shown, asked)))).toEqual(expected);
  });

  const mismatch =
    "Logins don't match. Please include at least one valid login for this identity or identity pool.";

  it.each<{
    name: string;
    people: readonly Person[];
    shown: readonly string[];
    asked?: string;
    error: { code: string; message: string };
  }>([
    {
      name: 'a disabled identity, whatever is shown',
      people: [{ id: 'a', disabled: true }],
      shown: ['google:ada'],
      asked: 'a',
      error: { code: 'NotAuthorizedException', message: "Access to Identity 'us-east-1:a' is forbidden." },
    },
    {
      name: 'somebody’s identity to a login of nobody',
      people: [{ id: 'a', logins: ['google:ada'] }],
      shown: ['facebook:eve'],
      asked: 'a',
      error: { code: 'NotAuthorizedException', message: mismatch },
    },
    {
      name: 'somebody’s identity to the login of another',
      people: [
        { id: 'a', logins: ['google:ada'] },
        { id: 'e', logins: ['google:eve'] },
      ],
      shown: ['google:eve'],
      asked: 'a',
      error: { code: 'NotAuthorizedException', message: mismatch },
    },
    {
      name: 'a second login of one public provider',
      people: [{ id: 'a', logins: ['google:ada', 'facebook:ada'] }],
      shown: ['facebook:ada', 'google:other'],
      error: conflict('google'),
    },
    {
      name: 'a merge of two identities with different logins of one public provider',
      people: [
        { id: 'a', logins: ['google:ada', 'facebook:ada'] },
        { id: 'b', logins: ['google:other', 'twitter:ada'] },
      ],
      shown: ['facebook:ada', 'twitter:ada'],
      error: conflict('google'),
    },
    {
      name: 'a 21st login',
      people: [{ id: 'a', logins: ['google:ada', ...many(19)] }],
      shown: ['google:ada', 'facebook:ada'],
      error: tooMany(),
    },
    {
      name: 'a merge that would bring 21 logins together',
      people: [
        { id: 'a', logins: ['google:ada', ...many(10)] },
        { id: 'b', logins: ['facebook:ada', ...many(9, 'other')] },
      ],
      shown: ['google:ada', 'facebook:ada'],
      error: tooMany(),
    },
  ])('refuses $name', ({ people, shown, asked, error }) => {
    expect(() => reconcile(situation(people.map(person), shown, asked))).toThrow(
      expect.objectContaining(error),
    );
  });

  it('gives the version of every identity that it changes', () => {
    const people = [person({ id: 'guest' }), person({ id: 'a', logins: ['google:ada'] })];
    const { change } = reconcile(situation(people, ['google:ada'], 'guest'));
    expect(change?.update).toEqual([
      { identityId: idOf('a'), expectedVersion: 7, enabled: true },
      { identityId: idOf('guest'), expectedVersion: 7, enabled: false },
    ]);
  });
});

function many(count: number, prefix = 'user'): string[] {
  return Array.from({ length: count }, (_, number) => `dev:${prefix}${number}`);
}

function conflict(provider: string) {
  return {
    code: 'ResourceConflictException',
    message: `Logins don't match. The identity is already linked to another login of ${provider}.`,
  };
}

function tooMany() {
  return { code: 'ResourceConflictException', message: 'An identity can have at most 20 linked logins.' };
}

describe('reconcile, for any people and logins', () => {
  const providers = ['google', 'facebook', 'twitter', 'dev'];

  /** Five people with logins, guests among them; each login has at most one owner, each owner one of a provider. */
  const people = fc
    .record({
      logins: fc.uniqueArray(
        fc.record({ provider: fc.constantFrom(...providers), subject: fc.nat(4), owner: fc.nat(4) }),
        { selector: ({ provider, subject }) => `${provider}:${subject}`, maxLength: 12 },
      ),
      births: fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }),
    })
    .map(({ logins, births }) =>
      births.map((born, number) => {
        const own = new Map<string, string>();
        for (const { provider, subject, owner } of logins) {
          const slot = provider === 'dev' ? `dev:${subject}` : provider;
          if (owner === number && !own.has(slot)) own.set(slot, `${provider}:${subject}`);
        }
        return person({ id: `p${number}`, born, logins: [...own.values()] });
      }),
    );
  const shown = fc
    .uniqueArray(fc.record({ provider: fc.constantFrom(...providers), subject: fc.nat(4) }), {
      selector: ({ provider }) => provider,
      minLength: 1,
    })
    .map((logins) => logins.map(({ provider, subject }) => `${provider}:${subject}`));
  const asked = fc.option(fc.constantFrom('p0', 'p1', 'p2', 'p3', 'p4'), { nil: undefined });

  it('does not depend on the order of the logins', () => {
    const inTwoOrders = shown.chain((logins) =>
      fc.tuple(fc.constant(logins), fc.shuffledSubarray(logins, { minLength: logins.length })),
    );
    fc.assert(
      fc.property(people, asked, inTwoOrders, (before, id, [logins, shuffled]) => {
        expect(after(before, shuffled, id)).toEqual(after(before, logins, id));
      }),
    );
  });

  it('loses no login, and gives none to two identities or to a disabled one', () => {
    fc.assert(
      fc.property(people, shown, asked, (before, logins, id) => {
        const written = after(before, logins, id);
        if (typeof written === 'string') return;
        const owned = written.people.flatMap((one) => one.logins);
        expect(owned.toSorted()).toEqual([...new Set([...before.flatMap(loginsOf), ...logins])].toSorted());
        for (const one of written.people) if (!one.enabled) expect(one.logins).toEqual([]);
      }),
    );
  });

  it('changes nobody who was neither asked for nor owns a login that was shown', () => {
    fc.assert(
      fc.property(people, shown, asked, (before, logins, id) => {
        const written = after(before, logins, id);
        if (typeof written === 'string') return;
        for (const one of before) {
          if (one.identityId === (id && idOf(id)) || loginsOf(one).some((own) => logins.includes(own)))
            continue;
          expect(written.people).toContainEqual(settled(one));
        }
      }),
    );
  });

  it('has nothing left to do once its change is written, whichever of the logins come', () => {
    fc.assert(
      fc.property(people, shown, asked, (before, logins, id) => {
        const written = after(before, logins, id);
        if (typeof written === 'string') return;
        const now = written.people.map(({ identityId, logins: own, enabled }) => ({
          ...person({ id: identityId.replace('us-east-1:', ''), logins: own, disabled: !enabled }),
        }));
        for (const some of [logins, ...logins.map((one) => [one])]) {
          expect(reconcile(situation(now, some))).toEqual({ identity: written.identity });
        }
      }),
    );
  });
});

function loginsOf({ logins }: IdentityWithLogins): string[] {
  return logins.map(({ provider, subject }) => `${provider === developers ? 'dev' : provider}:${subject}`);
}

interface Settled {
  readonly identityId: IdentityId;
  readonly enabled: boolean;
  readonly logins: readonly string[];
}

function settled(one: IdentityWithLogins): Settled {
  return { identityId: one.identityId, enabled: one.enabled, logins: loginsOf(one).toSorted() };
}

/** What a store would hold once the change is written, or the code of the refusal. */
function after(
  people: readonly IdentityWithLogins[],
  logins: readonly string[],
  asked: string | undefined,
): { identity: IdentityId; people: readonly Settled[] } | string {
  const decided = decide(people, logins, asked);
  if (typeof decided === 'string') return decided;
  const { change } = decided;
  const identity = decided.identity === 'new' ? idOf('new') : decided.identity;
  const everybody = decided.identity === 'new' ? [...people, person({ id: 'new' })] : people;
  const written = everybody.map(settled).map((one) => {
    const left = outcome(decided).moves.filter((move) => move.includes(` ${one.identityId.slice(10)} >`));
    const came = identity === one.identityId ? [...outcome(decided).moves, ...outcome(decided).links] : [];
    const update = change?.update?.find(({ identityId }) => identityId === one.identityId);
    return {
      identityId: one.identityId,
      enabled: update?.enabled ?? one.enabled,
      logins: [
        ...one.logins.filter((own) => !left.some((move) => move.startsWith(`${own} `))),
        ...came.map((text) => text.split(' ')[0] ?? ''),
      ].toSorted(),
    };
  });
  return { identity, people: written };
}

function decide(
  people: readonly IdentityWithLogins[],
  logins: readonly string[],
  asked: string | undefined,
): Reconciliation | string {
  try {
    return reconcile(situation(people, logins, asked));
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
}
