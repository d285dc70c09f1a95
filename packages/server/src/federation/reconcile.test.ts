import { describe, expect, it } from 'vitest';
import { reconcile } from './reconcile.ts';
import { idOf, outcome, type Person, person, situation } from './testing/people.ts';

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
