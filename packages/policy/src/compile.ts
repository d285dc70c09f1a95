import { compileResourcePattern } from './arn.ts';
import { type CompiledCondition, compileCondition } from './condition.ts';
import { valueOfVariable } from './context.ts';
import type { ElementList, Policy, PolicyKind, Statement } from './document.ts';
import { compileTemplate, type Matcher } from './pattern.ts';
import { type CompiledPrincipal, compilePrincipal } from './principal.ts';
import { parseTemplate, type Template, type TemplateSyntax } from './template.ts';

/** A statement as decisions and explanations name it. */
export interface StatementName {
  /** The name that was given to `compilePolicy`. */
  readonly source: string;
  readonly sid?: string;
  /** From 0, in the order of the document. */
  readonly index: number;
}

/** A policy ready to be evaluated any number of times; made by `compilePolicy`. */
export interface CompiledPolicy {
  readonly kind: PolicyKind;
  readonly source: string;
  readonly statements: readonly CompiledStatement[];
}

export interface CompiledStatement {
  readonly name: StatementName;
  readonly source: Statement;
  /** Whether `${…}` is a variable. */
  readonly variables: boolean;
  readonly effect: 'Allow' | 'Deny';
  readonly principal?: CompiledPrincipal;
  /** Matchers of action names in lower case. */
  readonly action: CompiledList;
  readonly resource?: CompiledList;
  readonly conditions: readonly CompiledCondition[];
}

/** Action or Resource: any matcher must match, or none when negated. */
export interface CompiledList {
  readonly negated: boolean;
  readonly matchers: readonly Matcher[];
}

/** Prepares a policy for evaluation; `source` names it in decisions and explanations, as in "role policy Players/own-scores". */
export function compilePolicy(policy: Policy, source: string): CompiledPolicy {
  const variables = policy.version === '2012-10-17';
  return {
    kind: policy.kind,
    source,
    statements: policy.statements.map((statement, index) => {
      const { sid, effect, principal, action, resource, conditions } = statement;
      return {
        name: { source, ...(sid === undefined ? {} : { sid }), index },
        source: statement,
        variables,
        effect,
        ...(principal === undefined ? {} : { principal: compilePrincipal(principal) }),
        action: compileActions(action),
        ...(resource === undefined ? {} : { resource: compileResources(resource, effect, variables) }),
        conditions: conditions.map((condition) => checked(compileCondition(condition, variables))),
      };
    }),
  };
}

function compileActions(action: ElementList): CompiledList {
  const syntax = { wildcards: true, variables: false };
  return {
    negated: action.negated,
    matchers: action.values.map((value) => compileTemplate(readTemplate(value.toLowerCase(), syntax))),
  };
}

function compileResources(resource: ElementList, effect: 'Allow' | 'Deny', variables: boolean): CompiledList {
  const syntax = { wildcards: true, variables };
  const narrow = (effect === 'Allow') !== resource.negated;
  return {
    negated: resource.negated,
    matchers: resource.values.map((value) => {
      const template = readTemplate(value, syntax);
      const matcher = compileResourcePattern(template, narrow);
      return effect === 'Allow' && resource.negated ? orWithoutValue(template, matcher) : matcher;
    }),
  };
}

/**
 * A variable without a value matches no resource. In NotResource that could mean "nothing is excepted" or "the statement
 * does not apply"; AWS's page leaves it open, so an Allow does not apply and a Deny does.
 */
function orWithoutValue(template: Template, matcher: Matcher): Matcher {
  const variables = template.flat().filter((atom) => typeof atom === 'object');
  if (variables.length === 0) return matcher;
  return (text, context) =>
    variables.some((variable) => valueOfVariable(variable, context) === undefined) || matcher(text, context);
}

function readTemplate(text: string, syntax: TemplateSyntax): Template {
  return checked(parseTemplate(text, syntax));
}

/** A Policy has passed parsePolicy, which refuses whatever would be a sentence of complaint here. */
function checked<T>(result: T | string): T {
  if (typeof result === 'string') throw new TypeError(result);
  return result;
}
