import type { CompiledPolicy, CompiledStatement, StatementName } from './compile.ts';
import { type CompiledCondition, holds } from './condition.ts';
import { type Context, valueOfVariable } from './context.ts';
import {
  applies,
  type Decision,
  evaluate,
  evaluateTrust,
  listMatches,
  type PolicyLayer,
  type PolicyRequest,
  type PolicySet,
} from './evaluate.ts';
import type { OperatorFamily } from './operators.ts';
import { matchPrincipal, type PrincipalMatch } from './principal.ts';
import { ANY_CHARACTER, type Atom, parseTemplate, type TemplateSyntax } from './template.ts';

/** A decision and what every statement had to do with it. */
export interface Explanation {
  readonly decision: Decision;
  /** In the order identity, resource or trust, boundary, session. */
  readonly statements: readonly StatementExplanation[];
}

export interface StatementExplanation extends StatementName {
  readonly layer: PolicyLayer;
  readonly effect: 'Allow' | 'Deny';
  readonly matched: boolean;
  /** Where the statement names principals and matched: how closely it names this one. */
  readonly names?: Exclude<PrincipalMatch, 'none'>;
  /** Everything that kept the statement from applying; empty when it matched. */
  readonly mismatches: readonly Mismatch[];
}

/** An element of a statement, or one condition, that the request does not satisfy. */
export interface Mismatch {
  readonly element:
    | 'Principal'
    | 'NotPrincipal'
    | 'Action'
    | 'NotAction'
    | 'Resource'
    | 'NotResource'
    | 'Condition';
  /** Of a condition. */
  readonly operator?: string;
  /** Of a condition, as the policy writes it. */
  readonly key?: string;
  /** The policy's values as written. */
  readonly wanted: readonly string[];
  /** `wanted` with the request's values for variables; a variable without a value stays as it is. Present when there is a difference. */
  readonly resolved?: readonly string[];
  /** The request's values; empty when it has none. */
  readonly actual: readonly string[];
  /** What the values alone do not show. */
  readonly reason?: string;
}

/** Decides like `evaluate` and tells of every statement whether it matched and otherwise why not. */
export function explain(policies: PolicySet, request: PolicyRequest): Explanation {
  return { decision: evaluate(policies, request), statements: explainAll(policies, request, 'resource') };
}

/** Decides like `evaluateTrust` and tells of every statement whether it matched and otherwise why not. */
export function explainTrust(
  trust: CompiledPolicy,
  request: PolicyRequest,
  caller: Omit<PolicySet, 'resource'> = { identity: [] },
): Explanation {
  return {
    decision: evaluateTrust(trust, request, caller),
    statements: explainAll({ ...caller, resource: trust }, request, 'trust'),
  };
}

function explainAll(
  policies: PolicySet,
  request: PolicyRequest,
  resourceLayer: 'resource' | 'trust',
): readonly StatementExplanation[] {
  const bounded = policies.boundary !== undefined;
  const of = (
    layer: PolicyLayer,
    layerPolicies: readonly CompiledPolicy[],
  ): readonly StatementExplanation[] =>
    layerPolicies.flatMap((policy) =>
      policy.statements.map((statement) => explainStatement(statement, request, layer, bounded)),
    );
  return [
    ...of('identity', policies.identity),
    ...of(resourceLayer, policies.resource ? [policies.resource] : []),
    ...of('boundary', policies.boundary ? [policies.boundary] : []),
    ...of('session', policies.session ?? []),
  ];
}

function explainStatement(
  statement: CompiledStatement,
  request: PolicyRequest,
  layer: PolicyLayer,
  bounded: boolean,
): StatementExplanation {
  const match = applies(statement, request, request.action.toLowerCase(), bounded);
  return {
    ...statement.name,
    layer,
    effect: statement.effect,
    matched: match !== 'none',
    ...(statement.principal && match !== 'none' ? { names: match } : {}),
    mismatches: match === 'none' ? mismatchesOf(statement, request, bounded) : [],
  };
}

function mismatchesOf(
  statement: CompiledStatement,
  request: PolicyRequest,
  bounded: boolean,
): readonly Mismatch[] {
  const { principal, action, resource, source } = statement;
  const { context } = request;
  const mismatches: Mismatch[] = [];
  if (principal && matchPrincipal(principal, request.principal ?? {}, statement.effect, bounded) === 'none') {
    mismatches.push({
      element: principal.source.negated ? 'NotPrincipal' : 'Principal',
      wanted: principal.source.entries.map((entry) => `${entry.type}:${entry.value}`),
      actual: Object.values(request.principal ?? {}),
    });
  }
  if (!listMatches(action, request.action.toLowerCase(), context)) {
    mismatches.push({
      element: action.negated ? 'NotAction' : 'Action',
      wanted: source.action.values,
      actual: [request.action],
    });
  }
  if (resource && source.resource && !listMatches(resource, request.resource, context)) {
    mismatches.push({
      element: resource.negated ? 'NotResource' : 'Resource',
      ...resolveAll(source.resource.values, { wildcards: true, variables: statement.variables }, context),
      actual: [request.resource],
    });
  }
  for (const condition of statement.conditions) {
    if (!holds(condition, context, statement.effect)) {
      mismatches.push(conditionMismatch(condition, statement.variables, context));
    }
  }
  return mismatches;
}

const FAMILIES_WITH_VARIABLES: readonly OperatorFamily[] = ['String', 'Arn', 'Bool'];

function conditionMismatch(condition: CompiledCondition, variables: boolean, context: Context): Mismatch {
  const { operator, key, values } = condition.source;
  const actual = context.get(condition.key) ?? [];
  const list = typeof actual === 'string' ? [actual] : actual;
  const syntax = {
    wildcards: operator.comparison === 'like',
    variables: variables && FAMILIES_WITH_VARIABLES.includes(operator.family),
  };
  const reason = reasonOf(condition, actual, context);
  return {
    element: 'Condition',
    operator: operator.name,
    key,
    actual: list,
    ...resolveAll(values, syntax, context),
    ...(reason === undefined ? {} : { reason }),
  };
}

function reasonOf(
  condition: CompiledCondition,
  actual: string | readonly string[],
  context: Context,
): string | undefined {
  const { operator } = condition.source;
  if (operator.family === 'Null') return undefined;
  if (typeof actual !== 'string' && actual.length === 0) return 'the request has no such key';
  if (typeof actual !== 'string' && operator.set === undefined) {
    return 'the key has many values: compare it with ForAllValues or ForAnyValue';
  }
  const values = typeof actual === 'string' ? [actual] : actual;
  return values.some((value) => condition.compare(value, context) === undefined)
    ? `the request's value cannot be read by ${operator.name}`
    : undefined;
}

/** The policy's values, how they read in this request where that differs, and a variable that has no value. */
function resolveAll(
  wanted: readonly string[],
  syntax: TemplateSyntax,
  context: Context,
): Pick<Mismatch, 'wanted' | 'resolved' | 'reason'> {
  let missing: string | undefined;
  const show = (atom: Atom): string => {
    if (typeof atom === 'string') return atom;
    if (atom === ANY_CHARACTER) return '?';
    const value = valueOfVariable(atom, context);
    if (value === undefined) missing = `\${${atom.key}}`;
    return value ?? `\${${atom.key}}`;
  };
  const resolved = wanted.map((text) => {
    const template = parseTemplate(text, syntax);
    return typeof template === 'string' ? text : template.map((chunk) => chunk.map(show).join('')).join('*');
  });
  return {
    wanted,
    ...(resolved.some((text, i) => text !== wanted[i]) ? { resolved } : {}),
    ...(missing === undefined ? {} : { reason: `${missing} has no value in this request` }),
  };
}
