import { asValidation, demand, namedAttributes, type Surroundings, selectByProjection } from './access.ts';
import { invalid } from './errors.ts';
import { parseCondition } from './expressions.ts';
import {
  array,
  attributeNames,
  object,
  onlyMembers,
  optionalObject,
  optionalString,
  string,
} from './input.ts';
import type { Classify } from './item-operations.ts';
import type { JsonObject } from './json.ts';
import { partitionKeyReference } from './key-condition.ts';
import { indexNameOf, type Table, tableOf } from './tables.ts';
import { type KeyAttribute, keyText } from './values.ts';

/** Query and Scan, on a table or one of its indexes. */
const commonMembers = [
  'TableName',
  'IndexName',
  'Select',
  'AttributesToGet',
  'Limit',
  'ConsistentRead',
  'ConditionalOperator',
  'ExclusiveStartKey',
  'ReturnConsumedCapacity',
  'ProjectionExpression',
  'FilterExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
];
const queryMembers = new Set([
  ...commonMembers,
  'KeyConditionExpression',
  'KeyConditions',
  'QueryFilter',
  'ScanIndexForward',
]);
const scanMembers = new Set([...commonMembers, 'ScanFilter', 'TotalSegments', 'Segment']);

export const queryOperations: Readonly<Record<string, Classify>> = {
  Query: async (input, surroundings) => {
    onlyMembers(input, queryMembers);
    const target = targetOf(input, surroundings);
    const key = await surroundings.schemas.partitionKey(target.table.name, target.index);
    const leadingKeys = key === undefined ? undefined : queriedKeys(input, key);
    return [demand({ action: 'Query', leadingKeys, ...reading(input, target) })];
  },

  Scan: async (input, surroundings) => {
    onlyMembers(input, scanMembers);
    return [
      demand({ action: 'Scan', leadingKeys: undefined, ...reading(input, targetOf(input, surroundings)) }),
    ];
  },
};

interface Target {
  readonly table: Table;
  readonly index: string | undefined;
}

function targetOf(input: JsonObject, surroundings: Surroundings): Target {
  const index = input.IndexName ?? undefined;
  return {
    table: tableOf(input.TableName, surroundings),
    index: index === undefined ? undefined : indexNameOf(index),
  };
}

function reading(input: JsonObject, { table, index }: Target) {
  const startKey = optionalObject(input.ExclusiveStartKey) ?? {};
  return {
    resource: index === undefined ? table.arn : `${table.arn}/index/${index}`,
    attributes: [...namedAttributes(input), ...Object.keys(startKey)],
    select: selectOf(input, index),
    returnConsumedCapacity: optionalString(input.ReturnConsumedCapacity),
  };
}

/** Source: API reference, `Query` › `Select`, its defaults included. */
function selectOf(input: JsonObject, index: string | undefined): string {
  const byProjection = selectByProjection(input);
  const select = optionalString(input.Select);
  if (select === 'SPECIFIC_ATTRIBUTES' && byProjection !== select) {
    throw invalid(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (select !== undefined) return select;
  return byProjection === 'ALL_ATTRIBUTES' && index !== undefined ? 'ALL_PROJECTED_ATTRIBUTES' : byProjection;
}

/** The partition key values a query reads: the one its key condition fixes, and the one its start key names. */
function queriedKeys(input: JsonObject, key: KeyAttribute): string[] | undefined {
  const start = optionalObject(input.ExclusiveStartKey);
  const values = [conditionValue(input, key), ...(start === undefined ? [] : [start[key.name]])];
  const texts = values.map((value) => keyText(value, key.type)).filter((text) => text !== undefined);
  return texts.length === values.length ? [...new Set(texts)] : undefined;
}

function conditionValue(input: JsonObject, key: KeyAttribute): unknown {
  const expression = optionalString(input.KeyConditionExpression);
  if (expression !== undefined) {
    const reference = asValidation('KeyConditionExpression', () =>
      partitionKeyReference(parseCondition(expression, attributeNames(input)).condition, key.name),
    );
    return reference === undefined ? undefined : optionalObject(input.ExpressionAttributeValues)?.[reference];
  }
  const condition = optionalObject(optionalObject(input.KeyConditions)?.[key.name]);
  if (condition === undefined || string(condition.ComparisonOperator) !== 'EQ') return undefined;
  const values = array(condition.AttributeValueList);
  return values.length === 1 ? object(values[0]) : undefined;
}
