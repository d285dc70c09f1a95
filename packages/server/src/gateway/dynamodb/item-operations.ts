import type { Demand } from '../demand.ts';
import {
  type Access,
  attributesOf,
  demand,
  namedAttributes,
  returnValuesOf,
  type Surroundings,
  selectByProjection,
} from './access.ts';
import { invalid } from './errors.ts';
import { array, object, onlyMembers, optionalString } from './input.ts';
import type { JsonObject } from './json.ts';
import { type Table, tableOf } from './tables.ts';
import { keyText } from './values.ts';

/** Single items, batches and transactions: operations that name whole primary keys. */
export type Classify = (input: JsonObject, surroundings: Surroundings) => Promise<readonly Demand[]>;

const expressionMembers = ['ExpressionAttributeNames', 'ExpressionAttributeValues'];
const conditionMembers = ['ConditionExpression', 'ReturnValuesOnConditionCheckFailure', ...expressionMembers];
const projectionMembers = ['ProjectionExpression', 'ExpressionAttributeNames'];
const capacityMembers = ['ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'];
const legacyConditionMembers = ['Expected', 'ConditionalOperator'];

/** How one kind of single-item request names its item, and which members it may have. */
interface ItemRequest {
  readonly action: string;
  readonly item: 'Key' | 'Item';
  readonly members: ReadonlySet<string>;
  readonly reads?: true;
}

const itemRequest = (
  action: string,
  item: 'Key' | 'Item',
  members: readonly string[],
  reads?: true,
): ItemRequest => ({
  action,
  item,
  members: new Set(['TableName', item, ...members]),
  ...(reads === undefined ? {} : { reads }),
});

const singleItem = {
  GetItem: itemRequest(
    'GetItem',
    'Key',
    ['AttributesToGet', 'ConsistentRead', 'ReturnConsumedCapacity', ...projectionMembers],
    true,
  ),
  PutItem: itemRequest('PutItem', 'Item', [
    'ReturnValues',
    ...conditionMembers,
    ...capacityMembers,
    ...legacyConditionMembers,
  ]),
  UpdateItem: itemRequest('UpdateItem', 'Key', [
    'UpdateExpression',
    'AttributeUpdates',
    'ReturnValues',
    ...conditionMembers,
    ...capacityMembers,
    ...legacyConditionMembers,
  ]),
  DeleteItem: itemRequest('DeleteItem', 'Key', [
    'ReturnValues',
    ...conditionMembers,
    ...capacityMembers,
    ...legacyConditionMembers,
  ]),
};

const transactGet = itemRequest('GetItem', 'Key', projectionMembers, true);
const transactWrite = new Map<string, ItemRequest>([
  ['Put', itemRequest('PutItem', 'Item', conditionMembers)],
  ['Update', itemRequest('UpdateItem', 'Key', ['UpdateExpression', ...conditionMembers])],
  ['Delete', itemRequest('DeleteItem', 'Key', conditionMembers)],
  ['ConditionCheck', itemRequest('ConditionCheckItem', 'Key', conditionMembers)],
]);

export const itemOperations: Readonly<Record<string, Classify>> = {
  GetItem: (input, surroundings) => one(input, singleItem.GetItem, surroundings),
  PutItem: (input, surroundings) => one(input, singleItem.PutItem, surroundings),
  UpdateItem: (input, surroundings) => one(input, singleItem.UpdateItem, surroundings),
  DeleteItem: (input, surroundings) => one(input, singleItem.DeleteItem, surroundings),

  BatchGetItem: (input, surroundings) =>
    batch(input, surroundings, 'BatchGetItem', ['ReturnConsumedCapacity'], (request) => {
      const keys = object(request);
      onlyMembers(keys, new Set(['Keys', 'AttributesToGet', 'ConsistentRead', ...projectionMembers]));
      const named = namedAttributes(keys);
      const select = selectByProjection(keys);
      return array(keys.Keys).map((key) => ({
        item: object(key),
        attributes: [...attributesOf(key), ...named],
        select,
      }));
    }),

  BatchWriteItem: (input, surroundings) =>
    batch(input, surroundings, 'BatchWriteItem', capacityMembers, (requests) =>
      array(requests).map((request) => {
        const { PutRequest: put, DeleteRequest: remove, ...rest } = object(request);
        onlyMembers(rest, new Set());
        if ((put === undefined) === (remove === undefined)) {
          throw invalid(
            'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
          );
        }
        const inner = object(put ?? remove);
        const member = put === undefined ? 'Key' : 'Item';
        onlyMembers(inner, new Set([member]));
        const item = object(inner[member]);
        return { item, attributes: attributesOf(item) };
      }),
    ),

  TransactGetItems: async (input, surroundings) => {
    onlyMembers(input, new Set(['TransactItems', 'ReturnConsumedCapacity']));
    return transaction(
      input,
      'TransactGetItems',
      (name) => (name === 'Get' ? transactGet : undefined),
      surroundings,
    );
  },

  TransactWriteItems: async (input, surroundings) => {
    onlyMembers(input, new Set(['TransactItems', 'ClientRequestToken', ...capacityMembers]));
    return transaction(input, 'TransactWriteItems', (name) => transactWrite.get(name), surroundings);
  },
};

async function one(input: JsonObject, request: ItemRequest, surroundings: Surroundings): Promise<Demand[]> {
  return [
    await itemDemand(input, request, surroundings, {
      returnConsumedCapacity: optionalString(input.ReturnConsumedCapacity),
    }),
  ];
}

async function itemDemand(
  input: JsonObject,
  request: ItemRequest,
  surroundings: Surroundings,
  around: Pick<Access, 'returnConsumedCapacity' | 'enclosingOperation'>,
): Promise<Demand> {
  onlyMembers(input, request.members);
  const table = tableOf(input.TableName, surroundings);
  const item = object(input[request.item]);
  return demand({
    action: request.action,
    resource: table.arn,
    leadingKeys: await leadingKeys(item, table, surroundings),
    attributes: [...attributesOf(item), ...namedAttributes(input)],
    select: request.reads ? selectByProjection(input) : undefined,
    returnValues: returnValuesOf(input),
    ...around,
  });
}

/**
 * One demand for each item, not one for each table: `ForAnyValue` over the keys of a whole batch would let a batch
 * pass for the sake of one item.
 */
async function batch(
  input: JsonObject,
  surroundings: Surroundings,
  action: string,
  members: readonly string[],
  itemsOf: (
    request: unknown,
  ) => readonly { item: JsonObject; attributes: readonly string[]; select?: string }[],
): Promise<Demand[]> {
  onlyMembers(input, new Set(['RequestItems', ...members]));
  const returnConsumedCapacity = optionalString(input.ReturnConsumedCapacity);
  const demands: Demand[] = [];
  for (const [tableName, request] of Object.entries(object(input.RequestItems))) {
    const table = tableOf(tableName, surroundings);
    for (const { item, attributes, select } of itemsOf(request)) {
      const keys = await leadingKeys(item, table, surroundings);
      demands.push(
        demand({
          action,
          resource: table.arn,
          leadingKeys: keys,
          attributes,
          select,
          returnConsumedCapacity,
        }),
      );
    }
  }
  return nonEmpty(demands);
}

async function transaction(
  input: JsonObject,
  enclosingOperation: string,
  requestOf: (name: string) => ItemRequest | undefined,
  surroundings: Surroundings,
): Promise<Demand[]> {
  const returnConsumedCapacity = optionalString(input.ReturnConsumedCapacity);
  const demands: Demand[] = [];
  for (const element of array(input.TransactItems)) {
    const [[name, inner] = [], ...others] = Object.entries(object(element));
    const request = name === undefined ? undefined : requestOf(name);
    if (request === undefined || others.length > 0) {
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    demands.push(
      await itemDemand(object(inner), request, surroundings, { enclosingOperation, returnConsumedCapacity }),
    );
  }
  return nonEmpty(demands);
}

/** No demand would be no question to the policy. */
function nonEmpty(demands: Demand[]): Demand[] {
  if (demands.length === 0) throw invalid('1 validation error detected: the request names no item');
  return demands;
}

async function leadingKeys(
  item: JsonObject,
  table: Table,
  surroundings: Surroundings,
): Promise<string[] | undefined> {
  const key = await surroundings.schemas.partitionKey(table.name);
  const text = key === undefined ? undefined : keyText(item[key.name], key.type);
  return text === undefined ? undefined : [text];
}
