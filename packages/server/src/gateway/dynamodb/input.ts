import { DynamoDbError, invalid } from './errors.ts';
import type { AttributeNames } from './expressions.ts';
import { isJsonObject, type JsonObject } from './json.ts';

/**
 * Typed reading of a request body. What the gateway does not know it refuses: a member that it passed on unread
 * could mean something to the store.
 */
export function onlyMembers(input: JsonObject, known: ReadonlySet<string>): void {
  const unknown = Object.keys(input).find((name) => !known.has(name));
  if (unknown !== undefined) throw invalid(`The parameter is not supported: ${unknown}`);
}

export function object(value: unknown): JsonObject {
  if (!isJsonObject(value))
    throw new DynamoDbError('SerializationException', 'Start of structure or map expected');
  return value;
}

export function optionalObject(value: unknown): JsonObject | undefined {
  return value === undefined || value === null ? undefined : object(value);
}

export function array(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new DynamoDbError('SerializationException', 'Start of list expected');
  return value;
}

export function string(value: unknown): string {
  if (typeof value !== 'string') throw new DynamoDbError('SerializationException', 'A string is expected');
  if (!value.isWellFormed())
    throw new DynamoDbError('SerializationException', 'A string is not well-formed Unicode');
  return value;
}

/** Absent and `null` are the same to AWS's JSON services. */
export function optionalString(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : string(value);
}

export function attributeNames(input: JsonObject): AttributeNames {
  const names = optionalObject(input.ExpressionAttributeNames) ?? {};
  return new Map(Object.entries(names).map(([placeholder, name]) => [placeholder, string(name)]));
}

/** Expressions and the parameters that came before them are never mixed: which of the two a store would follow is open. */
export function refuseMixedParameters(input: JsonObject): void {
  const present = (names: readonly string[]) =>
    names.filter((name) => input[name] !== undefined && input[name] !== null);
  const legacy = present([
    'AttributesToGet',
    'AttributeUpdates',
    'ConditionalOperator',
    'Expected',
    'KeyConditions',
    'QueryFilter',
    'ScanFilter',
  ]);
  const expressions = present([
    'ProjectionExpression',
    'UpdateExpression',
    'ConditionExpression',
    'KeyConditionExpression',
    'FilterExpression',
  ]);
  if (legacy.length === 0 || expressions.length === 0) return;
  throw invalid(
    'Can not use both expression and non-expression parameters in the same request: ' +
      `Non-expression parameters: {${legacy.join(', ')}} Expression parameters: {${expressions.join(', ')}}`,
  );
}
