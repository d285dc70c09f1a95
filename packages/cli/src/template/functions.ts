import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { nameAndAttribute } from './read.ts';
import { TemplateError } from './template-error.ts';

/** What functions in a template refer to. */
export interface Scope {
  /** `Ref` of a parameter, a pseudo parameter or a resource; undefined when there is none of that name. */
  reference(name: string, at: string): Json | typeof noValue | undefined;
  /** `Fn::GetAtt`; undefined when there is no such resource. */
  attribute(name: string, attribute: string, at: string): Json | undefined;
  condition(name: string, at: string): boolean;
}

/** `AWS::NoValue`: the member or item that has it is left out. */
export const noValue = Symbol('AWS::NoValue');

type Value = Json | typeof noValue;

/**
 * A value with its functions worked out. Throws a `TemplateError` for functions that are not known or used wrongly.
 * Source: CloudFormation User Guide, "Intrinsic function reference".
 */
export function evaluate(value: Json, scope: Scope, at: string): Json {
  const result = evaluateValue(value, scope, at);
  if (result === noValue) throw new TemplateError(at, 'AWS::NoValue cannot stand here.');
  return result;
}

export function evaluateValue(value: Json, scope: Scope, at: string): Value {
  if (isList(value)) {
    return value
      .map((item, index) => evaluateValue(item, scope, `${at}[${index}]`))
      .filter((item) => item !== noValue);
  }
  if (!isObject(value)) return value;
  const call = functionCall(value);
  if (call !== undefined) return callFunction(call, scope, at);
  const members = Object.entries(value)
    .map(([name, member]): [string, Value] => [name, evaluateValue(member, scope, `${at}.${name}`)])
    .filter((member): member is [string, Json] => member[1] !== noValue);
  return Object.fromEntries(members);
}

/** The truth of a condition. Throws a `TemplateError` for what is none. */
export function evaluateCondition(value: Json, scope: Scope, at: string): boolean {
  const [name, operand] =
    isObject(value) && Object.keys(value).length === 1 ? (Object.entries(value)[0] ?? []) : [];
  const operands = (least: number, most: number): readonly Json[] => {
    if (!isList(operand) || operand.length < least || operand.length > most) {
      throw new TemplateError(at, `${name} takes ${least === most ? least : `${least} to ${most}`} values.`);
    }
    return operand;
  };
  const truths = (least: number, most: number): boolean[] =>
    operands(least, most).map((item) => evaluateCondition(item, scope, at));
  switch (name) {
    case 'Condition':
      return scope.condition(text(operand, at, 'Condition'), at);
    case 'Fn::Equals': {
      const [left, right] = operands(2, 2).map((item) => evaluate(item, scope, at));
      return comparable(left) === comparable(right);
    }
    case 'Fn::And':
      return truths(2, 10).every(Boolean);
    case 'Fn::Or':
      return truths(2, 10).some(Boolean);
    case 'Fn::Not':
      return !truths(1, 1)[0];
    default:
      throw new TemplateError(at, 'a condition is Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition.');
  }
}

/** Numbers and truth values of a template are texts to CloudFormation. */
function comparable(value: Json | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export interface FunctionCall {
  readonly name: string;
  readonly operand: Json;
}

/** The function an object is a call of, if it is one: a single member called `Ref` or `Fn::…`. */
export function functionCall(value: JsonObject): FunctionCall | undefined {
  const [first, ...others] = Object.entries(value);
  if (first === undefined || others.length > 0) return undefined;
  const [name, operand] = first;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, operand } : undefined;
}

function callFunction({ name, operand }: FunctionCall, scope: Scope, at: string): Value {
  switch (name) {
    case 'Ref':
      return refer(scope, text(operand, at, name), at);
    case 'Fn::GetAtt': {
      const [resource, ...attribute] =
        typeof operand === 'string' ? nameAndAttribute(operand) : list(operand, at, name);
      return attributeOf(
        scope,
        text(resource, at, name),
        attribute.map((part) => text(part, at, name)).join('.'),
        at,
      );
    }
    case 'Fn::Sub':
      return substitute(operand, scope, at);
    case 'Fn::Join': {
      const [delimiter, items] = list(operand, at, name);
      const parts = list(evaluate(items ?? null, scope, at), at, name);
      return parts.map((part) => text(part, at, name)).join(text(delimiter, at, name));
    }
    case 'Fn::Split': {
      const [delimiter, source] = list(operand, at, name);
      const separator = text(delimiter, at, name);
      if (separator === '') throw new TemplateError(at, 'Fn::Split needs a delimiter.');
      return text(evaluate(source ?? null, scope, at), at, name).split(separator);
    }
    case 'Fn::Select': {
      const [index, items] = list(operand, at, name);
      const choices = list(evaluate(items ?? null, scope, at), at, name);
      const position = text(evaluate(index ?? null, scope, at), at, name);
      const chosen = /^\d{1,6}$/.test(position) ? choices[Number(position)] : undefined;
      if (chosen === undefined) throw new TemplateError(at, `Fn::Select: there is no item ${position}.`);
      return chosen;
    }
    case 'Fn::If': {
      return evaluateValue(chosenBranch(operand, scope, at), scope, at);
    }
    default:
      throw new TemplateError(at, `the function ${name} is not known here.`);
  }
}

/** The branch of `Fn::If` that its condition picks. */
export function chosenBranch(operand: Json, scope: Pick<Scope, 'condition'>, at: string): Json {
  const [condition, whenTrue, whenFalse] = list(operand, at, 'Fn::If');
  if (whenTrue === undefined || whenFalse === undefined)
    throw new TemplateError(at, 'Fn::If takes a condition and two values.');
  return scope.condition(text(condition, at, 'Fn::If'), at) ? whenTrue : whenFalse;
}

/** Every `${…}` of an `Fn::Sub` text: `!` begins one that stays, without the exclamation mark. */
export const substitution = /\$\{(!?)\s*([^{}]*?)\s*\}/g;

/** The text and the variables of `Fn::Sub`. */
export function substitutionParts(operand: Json, at: string): { text: string; variables: JsonObject } {
  if (typeof operand === 'string') return { text: operand, variables: {} };
  const [template, variables] = list(operand, at, 'Fn::Sub');
  if (!isObject(variables)) throw new TemplateError(at, 'Fn::Sub takes a text and an object of variables.');
  return { text: text(template, at, 'Fn::Sub'), variables };
}

function substitute(operand: Json, scope: Scope, at: string): string {
  const { text: template, variables } = substitutionParts(operand, at);
  return template.replace(substitution, (_whole, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (variable !== undefined) return text(evaluate(variable, scope, at), at, 'Fn::Sub');
    if (name.includes(':') && !name.startsWith('AWS::')) {
      throw new TemplateError(at, `Fn::Sub: write \${!${name}} for what a policy replaces.`);
    }
    const [resource = '', attribute] = nameAndAttribute(name);
    const value =
      attribute === undefined ? refer(scope, name, at) : attributeOf(scope, resource, attribute, at);
    if (value === noValue) throw new TemplateError(at, 'AWS::NoValue cannot stand in a text.');
    return text(value, at, 'Fn::Sub');
  });
}

function refer(scope: Scope, name: string, at: string): Value {
  const value = scope.reference(name, at);
  if (value === undefined) throw new TemplateError(at, `there is no parameter or resource ${name}.`);
  return value;
}

function attributeOf(scope: Scope, name: string, attribute: string, at: string): Json {
  const value = scope.attribute(name, attribute, at);
  if (value === undefined) throw new TemplateError(at, `there is no resource ${name}.`);
  return value;
}

function list(value: Json, at: string, name: string): readonly Json[] {
  if (!isList(value)) throw new TemplateError(at, `${name} needs a list.`);
  return value;
}

function text(value: Json | undefined, at: string, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(at, `${name} needs a text.`);
}
