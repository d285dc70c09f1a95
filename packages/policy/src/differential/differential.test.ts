import {
  type EvaluationResult,
  runSimulation,
  runUnsafeSimulation,
  type Simulation,
} from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Decision, evaluate } from '../evaluate.ts';
import { ACCOUNT, type Case, cases, compiled, PRINCIPALS } from './cases.ts';
import { DIFFERENCES } from './differences.ts';

type Effect = Decision['effect'];

function ours(one: Case): Effect {
  const { policies, request } = compiled(one);
  return evaluate(policies, request).effect;
}

const EFFECT_OF: Readonly<Record<EvaluationResult, Effect>> = {
  Allowed: 'Allow',
  ExplicitlyDenied: 'ExplicitDeny',
  ImplicitlyDenied: 'ImplicitDeny',
};

function simulationOf({
  identity,
  boundary,
  session,
  resource,
  principal,
  action,
  target,
  context,
}: Case): Simulation {
  return {
    request: {
      principal: PRINCIPALS[principal].arn,
      action,
      resource: { resource: target, accountId: ACCOUNT },
      contextVariables: Object.fromEntries(
        Object.entries(context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
      ),
    },
    identityPolicies: identity.map((policy, i) => ({ name: `identity policy ${i}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    sessionPolicy: session,
    resourcePolicy: resource,
    ...(boundary ? { permissionBoundaryPolicies: [{ name: 'boundary', policy: boundary }] } : {}),
  };
}

/** The simulator's fast entrance knows neither session nor resource policies. */
async function theirs(one: Case): Promise<Effect> {
  const simulation = simulationOf(one);
  if (!one.session && !one.resource) return EFFECT_OF[runUnsafeSimulation(simulation, {})];
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return EFFECT_OF[result.overallResult];
}

it('agrees with iam-simulate on 20,000 cases of settled ground', { timeout: 120_000 }, async () => {
  const seen: Record<Effect, number> = { Allow: 0, ExplicitDeny: 0, ImplicitDeny: 0 };
  for (const one of fc.sample(cases(false), { numRuns: 20_000, seed: 1 })) {
    const effect = await theirs(one);
    if (ours(one) !== effect)
      expect.fail(`${ours(one)} where iam-simulate says ${effect}: ${JSON.stringify(one)}`);
    seen[effect]++;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1_500);
});

it('can explain every difference from iam-simulate in 5,000 cases beyond', { timeout: 120_000 }, async () => {
  const met = new Set<string>();
  for (const one of fc.sample(cases(true), { numRuns: 5_000, seed: 3 })) {
    const effect = await theirs(one);
    if (ours(one) === effect) continue;
    const explanations = DIFFERENCES.filter((difference) => difference.explains?.(one));
    if (explanations.length === 0) {
      expect.fail(`${ours(one)} where iam-simulate says ${effect}: ${JSON.stringify(one)}`);
    }
    for (const { rule } of explanations) met.add(rule);
  }
  expect(DIFFERENCES.filter(({ rule, explains }) => explains && !met.has(rule))).toEqual([]);
});

it.each(DIFFERENCES.map((difference) => ({ ...difference })))(
  'differs knowingly: $rule',
  async (difference) => {
    expect({ ours: ours(difference.example), theirs: await theirs(difference.example) }).toEqual({
      ours: difference.ours,
      theirs: difference.theirs,
    });
    expect(difference.explains?.(difference.example) ?? true).toBe(true);
  },
);
