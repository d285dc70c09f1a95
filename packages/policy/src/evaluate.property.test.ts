import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Case,
  cases,
  compiled,
  type PolicyDocument,
  type StatementDocument,
} from './differential/cases.ts';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';

const EVERYTHING = { Action: ['*'], Resource: ['*'] };

const effectOf = (one: Case): string => {
  const { policies, request } = compiled(one);
  return evaluate(policies, request).effect;
};

const policyOf = (...statements: readonly StatementDocument[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

const anyStatement = cases(true)
  .map(({ identity }) => identity[0]?.Statement[0])
  .filter((statement) => statement !== undefined);

it('is always allowed or one of the two denies, never throws, and repeats itself', () => {
  const keys = fc.constantFrom(
    'aws:principaltag/team',
    'aws:sourceip',
    'aws:currenttime',
    'aws:calledvia',
    'aws:sourcearn',
    'aws:multifactorauthage',
    'aws:securetransport',
    'aws:sourceaccount',
    '__proto__',
    'constructor',
  );
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
    fc.ipV6(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const requests = fc.record({
    action: fc.string({ unit: 'binary' }),
    resource: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('arn:aws:s3:::b/blue/x')),
    context: fc
      .array(fc.tuple(keys, value))
      .map((entries) => new Map<string, string | readonly string[]>(entries)),
  });
  fc.assert(
    fc.property(cases(true), requests, (one, change) => {
      const { policies, request } = compiled(one);
      for (const changed of [
        { ...request, ...change },
        { ...request, context: change.context },
      ]) {
        const decision = evaluate(policies, changed);
        expect(decision.allowed).toBe(decision.effect === 'Allow');
        expect(decision.statement === undefined).toBe(decision.effect === 'ImplicitDeny');
        expect(evaluate(policies, changed)).toEqual(decision);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('an explicit deny anywhere wins', () => {
  const deny = policyOf({ Effect: 'Deny', ...EVERYTHING });
  const denyInResource = policyOf({ Effect: 'Deny', Principal: '*', ...EVERYTHING });
  fc.assert(
    fc.property(cases(true), (one) => {
      for (const denied of [
        { ...one, identity: [...one.identity, deny] },
        { ...one, boundary: deny },
        { ...one, session: deny },
        { ...one, resource: denyInResource },
      ]) {
        expect(effectOf(denied)).toBe('ExplicitDeny');
      }
    }),
  );
});

it('one more Allow never takes a permission away', () => {
  fc.assert(
    fc.property(cases(true), anyStatement, (one, statement) => {
      const more = { ...one, identity: [...one.identity, policyOf({ ...statement, Effect: 'Allow' })] };
      if (effectOf(one) === 'Allow') expect(effectOf(more)).toBe('Allow');
    }),
    { numRuns: 1_000 },
  );
});

it('one more Deny never gives a permission', () => {
  fc.assert(
    fc.property(cases(true), anyStatement, (one, statement) => {
      const more = { ...one, identity: [...one.identity, policyOf({ ...statement, Effect: 'Deny' })] };
      if (effectOf(one) !== 'Allow') expect(effectOf(more)).not.toBe('Allow');
    }),
    { numRuns: 1_000 },
  );
});

it('a boundary or a session policy never gives a permission', () => {
  fc.assert(
    fc.property(cases(true), anyStatement, (one, statement) => {
      const free = { ...one, boundary: undefined, session: undefined };
      if (effectOf(free) === 'Allow') return;
      expect(effectOf({ ...free, boundary: policyOf(statement) })).not.toBe('Allow');
      expect(effectOf({ ...free, session: policyOf(statement) })).not.toBe('Allow');
    }),
    { numRuns: 1_000 },
  );
});

it('the order of policies and statements does not matter', () => {
  fc.assert(
    fc.property(cases(true), (one) => {
      const reversed = (policy: PolicyDocument): PolicyDocument => ({
        ...policy,
        Statement: [...policy.Statement].reverse(),
      });
      const turned = {
        ...one,
        identity: one.identity.map(reversed).reverse(),
        resource: one.resource && reversed(one.resource),
      };
      expect(effectOf(turned)).toBe(effectOf(one));
    }),
  );
});

it('an explanation agrees with the decision and gives a reason for every statement that did not apply', () => {
  fc.assert(
    fc.property(cases(true), (one) => {
      const { policies, request } = compiled(one);
      const { decision, statements } = explain(policies, request);
      expect(decision).toEqual(evaluate(policies, request));
      for (const { matched, mismatches } of statements) expect(mismatches.length === 0).toBe(matched);
      const denied = statements.some(({ matched, effect }) => matched && effect === 'Deny');
      expect(denied).toBe(decision.effect === 'ExplicitDeny');
      if (!statements.some(({ matched, effect }) => matched && effect === 'Allow'))
        expect(decision.allowed).toBe(false);
      const { statement } = decision;
      if (statement)
        expect(statements).toContainEqual(
          expect.objectContaining({ ...statement, layer: decision.layer, matched: true }),
        );
    }),
    { numRuns: 1_000 },
  );
});
