import type { Demand } from '../demand.ts';
import { type Access, demand, returnValuesOf, type Surroundings } from './access.ts';
import { invalid } from './errors.ts';
import { array, object, onlyMembers, optionalString, string } from './input.ts';
import type { Classify } from './item-operations.ts';
import type { JsonObject } from './json.ts';
import { parseStatement } from './partiql.ts';
import { type PlainStatement, readPlain, type Value } from './partiql-plain.ts';
import { indexNameOf, tableOf } from './tables.ts';
import { keyText } from './values.ts';

/** Statements of one request. Source: API reference, BatchExecuteStatement and ExecuteTransaction. */
const most = { batch: 25, transaction: 100 };
const statementMembers = ['Statement', 'Parameters', 'ReturnValuesOnConditionCheckFailure'];

/** PartiQL, one statement or several. Every statement is a demand of its own. */
export const partiqlOperations: Readonly<Record<string, Classify>> = {
  ExecuteStatement: async (input, surroundings) => {
    onlyMembers(
      input,
      new Set([...statementMembers, 'ConsistentRead', 'NextToken', 'ReturnConsumedCapacity', 'Limit']),
    );
    const around = { returnConsumedCapacity: optionalString(input.ReturnConsumedCapacity) };
    return [await statementDemand(input, surroundings, around)];
  },

  BatchExecuteStatement: async (input, surroundings) => {
    onlyMembers(input, new Set(['Statements', 'ReturnConsumedCapacity']));
    const around = { returnConsumedCapacity: optionalString(input.ReturnConsumedCapacity) };
    const members = [...statementMembers, 'ConsistentRead'];
    const requests = statements(input.Statements, members, most.batch);
    return Promise.all(requests.map((request) => statementDemand(request, surroundings, around)));
  },

  ExecuteTransaction: async (input, surroundings) => {
    onlyMembers(input, new Set(['TransactStatements', 'ClientRequestToken', 'ReturnConsumedCapacity']));
    const around = {
      returnConsumedCapacity: optionalString(input.ReturnConsumedCapacity),
      enclosingOperation: 'ExecuteTransaction',
    };
    const requests = statements(input.TransactStatements, statementMembers, most.transaction);
    return Promise.all(requests.map((request) => statementDemand(request, surroundings, around)));
  },
};

type Around = Pick<Access, 'returnConsumedCapacity' | 'enclosingOperation'>;

function statements(value: unknown, members: readonly string[], most: number): JsonObject[] {
  const requests = array(value).map(object);
  if (requests.length === 0 || requests.length > most) {
    throw invalid(`1 validation error detected: the request must have 1 to ${most} statements`);
  }
  for (const request of requests) onlyMembers(request, new Set(members));
  return requests;
}

async function statementDemand(
  request: JsonObject,
  surroundings: Surroundings,
  around: Around,
): Promise<Demand> {
  const text = string(request.Statement);
  const { action, table: tableName, index } = parseStatement(text);
  const table = tableOf(tableName, surroundings);
  const indexName = index === undefined ? undefined : indexNameOf(index);
  const access = {
    action,
    resource: indexName === undefined ? table.arn : `${table.arn}/index/${indexName}`,
    ...around,
  };
  const plain = readPlain(text);
  const parameters = request.Parameters == null ? [] : array(request.Parameters);
  // With a NextToken the store goes on with a statement that it remembers; that it is this one, only the store knows.
  const isKnown = plain?.parameters === parameters.length && request.NextToken == null;
  if (plain === undefined || !isKnown) {
    return withUnknown(demand({ ...access, leadingKeys: undefined, attributes: [] }), unknownOfStatement);
  }
  const key = await surroundings.schemas.partitionKey(table.name, indexName);
  const value = key && plain.equalities.get(key.name);
  const keyValue = key && value && keyText(attributeValue(value, parameters), key.type);
  const selects = plain.projection !== undefined;
  const known = demand({
    ...access,
    leadingKeys: keyValue === undefined ? undefined : [keyValue],
    attributes: plain.attributes,
    select: selectOf(plain, indexName),
    // A statement that fixes the partition key scans nothing; whether another does is the store's choice.
    fullTableScan: selects && keyValue !== undefined ? 'false' : undefined,
    returnValues: returnValuesOf(request),
  });
  return withUnknown(known, [
    ...(plain.returns ? ['dynamodb:returnvalues'] : []),
    ...(selects && known.context.get('dynamodb:select') === undefined ? ['dynamodb:select'] : []),
    ...(selects && keyValue === undefined ? ['dynamodb:fulltablescan'] : []),
  ]);
}

/** What only the store's own PartiQL engine could tell of a statement that is not plain. */
const unknownOfStatement = [
  'dynamodb:attributes',
  'dynamodb:fulltablescan',
  'dynamodb:returnvalues',
  'dynamodb:select',
];

function withUnknown(demand: Demand, unknown: readonly string[]): Demand {
  const context = new Map([...demand.context].filter(([key]) => !unknown.includes(key)));
  return { ...demand, context, unknown: [...demand.unknown, ...unknown] };
}

/** All attributes of an index could be those projected into it, or all there are. */
function selectOf({ projection }: PlainStatement, index: string | undefined): string | undefined {
  if (projection === 'named') return 'SPECIFIC_ATTRIBUTES';
  return projection === 'all' && index === undefined ? 'ALL_ATTRIBUTES' : undefined;
}

function attributeValue(value: Value, parameters: readonly unknown[]): unknown {
  if (value.kind === 'parameter') return parameters[value.at];
  return value.kind === 'literal' ? value.value : undefined;
}
