import { compileArnPattern, isArn } from './arn.ts';
import type { Context } from './context.ts';
import type { Condition } from './document.ts';
import { contains, parseAddress, parseAddressRange } from './ip.ts';
import type { Comparison, Operator } from './operators.ts';
import { compileTemplate, matchesAny, render } from './pattern.ts';
import { hasVariables, parseTemplate, type Template } from './template.ts';
import { parseBinary, parseBool, parseDate, parseNumeric } from './values.ts';

/**
 * Whether a value of the request agrees with any value of the policy, negation left aside; undefined when the value is
 * not of the operator's type and therefore cannot be compared.
 */
type Comparer = (actual: string, context: Context) => boolean | undefined;

/** A condition ready to be evaluated. */
export interface CompiledCondition {
  readonly source: Condition;
  /** In lower case, as in the context. */
  readonly key: string;
  readonly compare: Comparer;
}

/**
 * Prepares a condition for evaluation.
 *
 * @returns the condition, or a sentence that says which value is not of the operator's type
 */
export function compileCondition(source: Condition, variables: boolean): CompiledCondition | string {
  const compare = compileComparer(source, variables);
  return typeof compare === 'string' ? compare : { source, key: source.key.toLowerCase(), compare };
}

/**
 * Whether a condition of an Allow or a Deny statement holds.
 *
 * An absent key fails an operator and satisfies a negated one, `…IfExists` and `ForAllValues`; it fails `ForAnyValue`.
 * What cannot be computed counts against the request: it fails in an Allow and holds in a Deny. That is a value of the
 * wrong type, a multi-valued key without a set operator, and an absent key under `ForAnyValue:…IfExists`, for which
 * AWS's page gives two answers.
 * Source: IAM User Guide, "Condition operators" and "Set operators for multivalued context keys".
 */
export function holds(condition: CompiledCondition, context: Context, effect: 'Allow' | 'Deny'): boolean {
  const { operator } = condition.source;
  const actual = context.get(condition.key);
  if (operator.family === 'Null')
    return condition.compare(isNull(actual) ? 'true' : 'false', context) === true;
  if (operator.set !== undefined) return setHolds(condition, operator, actual, context, effect);
  if (typeof actual === 'string') return valueHolds(condition, actual, context, effect);
  const absent = actual === undefined || actual.length === 0;
  return absent ? operator.ifExists || operator.negated : effect === 'Deny';
}

function valueHolds(
  condition: CompiledCondition,
  actual: string,
  context: Context,
  effect: 'Allow' | 'Deny',
): boolean {
  const agrees = condition.compare(actual, context);
  return agrees === undefined ? effect === 'Deny' : agrees !== condition.source.operator.negated;
}

function setHolds(
  condition: CompiledCondition,
  operator: Operator,
  actual: string | readonly string[] | undefined,
  context: Context,
  effect: 'Allow' | 'Deny',
): boolean {
  const all = operator.set === 'ForAllValues';
  if (isNull(actual)) return all || (operator.ifExists && effect === 'Deny');
  const values = typeof actual === 'string' ? [actual] : (actual ?? []);
  return all
    ? values.every((value) => valueHolds(condition, value, context, effect))
    : values.some((value) => valueHolds(condition, value, context, effect));
}

/** "A null dataset, such as an empty string": for Null and the set operators that is as good as absent. */
function isNull(actual: string | readonly string[] | undefined): boolean {
  return actual === undefined || actual.length === 0 || (actual.length === 1 && actual[0] === '');
}

function compileComparer(condition: Condition, variables: boolean): Comparer | string {
  switch (condition.operator.family) {
    case 'String':
      return compileStrings(condition, variables);
    case 'Arn':
      return compileArns(condition, variables);
    case 'Bool':
      return compileBools(condition, variables);
    case 'Null':
      return compileTyped(condition, parseBool, 'true or false', (wanted, actual) => wanted === actual);
    case 'Binary':
      return compileTyped(condition, parseBinary, 'base64', (wanted, actual) => wanted === actual);
    case 'Numeric':
      return compileTyped(condition, parseNumeric, 'a number', ordering(condition.operator.comparison));
    case 'Date':
      return compileTyped(
        condition,
        parseDate,
        'a date (2026-11-23T16:00:00Z) or epoch seconds',
        ordering(condition.operator.comparison),
      );
    case 'IpAddress':
      return compileAddresses(condition);
  }
}

/** Reads all values of a condition, or says which one cannot be read. */
function readAll<T>(
  condition: Condition,
  read: (value: string) => T | undefined,
  expected: string,
): readonly T[] | string {
  const values: T[] = [];
  for (const text of condition.values) {
    const value = read(text);
    if (value === undefined)
      return `${condition.operator.name} wants ${expected}, not ${JSON.stringify(text)}`;
    values.push(value);
  }
  return values;
}

function compileTyped<T>(
  condition: Condition,
  read: (value: string) => T | undefined,
  expected: string,
  agrees: (wanted: T, actual: T) => boolean,
): Comparer | string {
  const wanted = readAll(condition, read, expected);
  if (typeof wanted === 'string') return wanted;
  return (text) => {
    const actual = read(text);
    return actual === undefined ? undefined : wanted.some((value) => agrees(value, actual));
  };
}

function ordering(comparison: Comparison): (wanted: number, actual: number) => boolean {
  switch (comparison) {
    case '<':
      return (wanted, actual) => actual < wanted;
    case '<=':
      return (wanted, actual) => actual <= wanted;
    case '>':
      return (wanted, actual) => actual > wanted;
    case '>=':
      return (wanted, actual) => actual >= wanted;
    default:
      return (wanted, actual) => actual === wanted;
  }
}

function compileAddresses(condition: Condition): Comparer | string {
  const ranges = readAll(condition, parseAddressRange, 'an IP address or CIDR range');
  if (typeof ranges === 'string') return ranges;
  return (text) => {
    const address = parseAddress(text);
    return address === undefined ? undefined : ranges.some((range) => contains(range, address));
  };
}

/** The templates of all values, or the sentence that says which is not one. */
function readTemplates(
  condition: Condition,
  wildcards: boolean,
  variables: boolean,
): readonly Template[] | string {
  const templates: Template[] = [];
  for (const value of condition.values) {
    const template = parseTemplate(value, { wildcards, variables });
    if (typeof template === 'string') return template;
    templates.push(template);
  }
  return templates;
}

function compileStrings(condition: Condition, variables: boolean): Comparer | string {
  const { comparison } = condition.operator;
  const templates = readTemplates(condition, comparison === 'like', variables);
  if (typeof templates === 'string') return templates;
  if (comparison === 'equalsIgnoreCase') {
    return (text, context) => {
      const actual = text.toLowerCase();
      return templates.some((template) => render(template, context)?.toLowerCase() === actual);
    };
  }
  const matchers = templates.map(compileTemplate);
  return (text, context) => matchesAny(matchers, text, context);
}

function compileArns(condition: Condition, variables: boolean): Comparer | string {
  const templates = readTemplates(condition, true, variables);
  if (typeof templates === 'string') return templates;
  const matchers = templates.map(compileArnPattern).filter((matcher) => matcher !== undefined);
  if (matchers.length < templates.length) {
    return `${condition.operator.name} wants ARNs with six parts, arn:partition:service:region:account:resource`;
  }
  return (text, context) => (isArn(text) ? matchesAny(matchers, text, context) : undefined);
}

function compileBools(condition: Condition, variables: boolean): Comparer | string {
  const templates = readTemplates(condition, false, variables);
  if (typeof templates === 'string') return templates;
  const wrong = condition.values.find(
    (value, i) => parseBool(value) === undefined && !hasVariables(templates[i] ?? []),
  );
  if (wrong !== undefined) return `Bool wants true or false, not ${JSON.stringify(wrong)}`;
  return (text, context) => {
    const actual = parseBool(text);
    if (actual === undefined) return undefined;
    return templates.some((template) => parseBool(render(template, context) ?? '') === actual);
  };
}
