import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import type { IdentityId } from '../ids.ts';
import type { IdentityWithLogins } from '../store/store.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';
import { developers, idOf, outcome, person, situation } from './testing/people.ts';

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
