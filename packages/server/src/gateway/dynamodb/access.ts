import type { Demand } from '../demand.ts';
import { invalid } from './errors.ts';
import { parseCondition, parseProjection, parseUpdate } from './expressions.ts';
import {
  array,
  attributeNames,
  object,
  optionalObject,
  optionalString,
  refuseMixedParameters,
  string,
} from './input.ts';
import type { JsonObject } from './json.ts';
import type { KeySchemas } from './key-schema.ts';
import type { Place } from './tables.ts';
import { ExpressionError } from './tokens.ts';

/** What classification needs besides the request. */
export interface Surroundings extends Place {
  readonly schemas: KeySchemas;
}

/** A demand under construction: what is undefined has no value for this request. */
export interface Access {
  readonly action: string;
  readonly resource: string;
  /** Partition key values; undefined when the operation touches keys that cannot be known. */
  readonly leadingKeys: readonly string[] | undefined;
  readonly attributes: Iterable<string>;
  readonly select?: string | undefined;
  /** `true` or `false`. */
  readonly fullTableScan?: string | undefined;
  readonly returnValues?: string | undefined;
  readonly returnConsumedCapacity?: string | undefined;
  readonly enclosingOperation?: string | undefined;
}

/**
 * Source: Service Authorization Reference, "Amazon DynamoDB", condition keys.
 *
 * A request whose keys cannot be known – a Scan, a table the backend does not describe – leaves the key conditions
 * unknown, not absent. AWS leaves them absent, where `ForAllValues` holds, and warns not to grant Scan together with
 * `dynamodb:LeadingKeys` "because Scan returns all items regardless of the leading keys"; here such a policy refuses.
 */
export function demand(access: Access): Demand {
  const single = {
    'dynamodb:select': access.select,
    'dynamodb:fulltablescan': access.fullTableScan,
    'dynamodb:returnvalues': access.returnValues,
    'dynamodb:returnconsumedcapacity': access.returnConsumedCapacity,
    'dynamodb:enclosingoperation': access.enclosingOperation,
  };
  const context = new Map<string, string | readonly string[]>([
    ['dynamodb:attributes', [...new Set(access.attributes)]],
  ]);
  for (const [name, value] of Object.entries(single)) if (value !== undefined) context.set(name, value);
  if (access.leadingKeys !== undefined) context.set('dynamodb:leadingkeys', access.leadingKeys);
  return {
    action: `dynamodb:${access.action}`,
    resource: access.resource,
    context,
    unknown: [...unknownAlways, ...(access.leadingKeys === undefined ? ['dynamodb:leadingkeys'] : [])],
  };
}

/** Tags of tables are not read, and indexes with keys of several attributes are not understood. */
export const unknownAlways = [
  'aws:resourcetag/',
  'dynamodb:firstpartitionkeyvalues',
  'dynamodb:secondpartitionkeyvalues',
  'dynamodb:thirdpartitionkeyvalues',
  'dynamodb:fourthpartitionkeyvalues',
];

/**
 * Every top-level attribute that a request's expressions, and the parameters that came before them, name: what
 * is read, compared, filtered by or changed. Throws `ValidationException` for an expression that cannot be parsed.
 */
export function namedAttributes(input: JsonObject): ReadonlySet<string> {
  refuseMixedParameters(input);
  const names = attributeNames(input);
  const attributes = new Set<string>();
  const expressions = {
    ProjectionExpression: parseProjection,
    UpdateExpression: parseUpdate,
    ConditionExpression: (text: string, known: typeof names) => parseCondition(text, known).attributes,
    FilterExpression: (text: string, known: typeof names) => parseCondition(text, known).attributes,
    KeyConditionExpression: (text: string, known: typeof names) => parseCondition(text, known).attributes,
  };
  for (const [parameter, parse] of Object.entries(expressions)) {
    const text = optionalString(input[parameter]);
    if (text === undefined) continue;
    for (const attribute of asValidation(parameter, () => parse(text, names))) attributes.add(attribute);
  }
  for (const attribute of attributesToGet(input) ?? []) attributes.add(attribute);
  for (const parameter of ['AttributeUpdates', 'Expected', 'KeyConditions', 'QueryFilter', 'ScanFilter']) {
    for (const attribute of Object.keys(optionalObject(input[parameter]) ?? {})) attributes.add(attribute);
  }
  if (attributes.has('')) throw invalid('Attribute names must not be empty');
  return attributes;
}

/** Turns an `ExpressionError` into DynamoDB's own error. */
export function asValidation<T>(parameter: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError) throw invalid(`Invalid ${parameter}: ${error.message}`);
    throw error;
  }
}

function attributesToGet(input: JsonObject): readonly string[] | undefined {
  const value = input.AttributesToGet;
  if (value === undefined || value === null) return undefined;
  const attributes = array(value).map(string);
  if (attributes.length === 0) throw invalid('AttributesToGet must not be empty');
  return attributes;
}

/** `dynamodb:Select` of a read that has no `Select` parameter: whether it asks for all attributes or for named ones. */
export function selectByProjection(input: JsonObject): string {
  const projects =
    optionalString(input.ProjectionExpression) !== undefined || attributesToGet(input) !== undefined;
  return projects ? 'SPECIFIC_ATTRIBUTES' : 'ALL_ATTRIBUTES';
}

/** The most that the request asks back: a failed condition can return the whole item too. */
export function returnValuesOf(input: JsonObject): string | undefined {
  const onFailure = optionalString(input.ReturnValuesOnConditionCheckFailure);
  return onFailure === 'ALL_OLD' ? onFailure : optionalString(input.ReturnValues);
}

/** The attribute names of a `Key` or an `Item`. An empty name is refused: to a condition it would be an absent value. */
export function attributesOf(value: unknown): string[] {
  const attributes = Object.keys(object(value)).map(string);
  if (attributes.includes('')) throw invalid('Attribute names must not be empty');
  return attributes;
}
