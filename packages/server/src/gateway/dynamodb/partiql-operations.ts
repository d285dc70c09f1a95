import type { Demand } from '../demand.ts';
import { type Surroundings, unknownAlways } from './access.ts';
import { invalid } from './errors.ts';
import { array, object, onlyMembers, optionalString, string } from './input.ts';
import type { Classify } from './item-operations.ts';
import { parseStatement } from './partiql.ts';
import { indexNameOf, tableOf } from './tables.ts';

const statementMembers = ['Statement', 'Parameters', 'ReturnValuesOnConditionCheckFailure'];

/** PartiQL, one statement or several. */
export const partiqlOperations: Readonly<Record<string, Classify>> = {
  ExecuteStatement: async (input, surroundings) => {
    onlyMembers(
      input,
      new Set([...statementMembers, 'ConsistentRead', 'NextToken', 'ReturnConsumedCapacity', 'Limit']),
    );
    return [statementDemand(input.Statement, surroundings, input.ReturnConsumedCapacity, undefined)];
  },

  BatchExecuteStatement: async (input, surroundings) => {
    onlyMembers(input, new Set(['Statements', 'ReturnConsumedCapacity']));
    return statements(input.Statements, [...statementMembers, 'ConsistentRead']).map((statement) =>
      statementDemand(statement, surroundings, input.ReturnConsumedCapacity, undefined),
    );
  },

  ExecuteTransaction: async (input, surroundings) => {
    onlyMembers(input, new Set(['TransactStatements', 'ClientRequestToken', 'ReturnConsumedCapacity']));
    return statements(input.TransactStatements, statementMembers).map((statement) =>
      statementDemand(statement, surroundings, input.ReturnConsumedCapacity, 'ExecuteTransaction'),
    );
  },
};

function statements(value: unknown, members: readonly string[]): unknown[] {
  const requests = array(value).map(object);
  if (requests.length === 0) throw invalid('1 validation error detected: the request has no statement');
  return requests.map((request) => {
    onlyMembers(request, new Set(members));
    return request.Statement;
  });
}

function statementDemand(
  text: unknown,
  surroundings: Surroundings,
  returnConsumedCapacity: unknown,
  enclosingOperation: string | undefined,
): Demand {
  const statement = parseStatement(string(text));
  const table = tableOf(statement.table, surroundings);
  const context = new Map<string, string>();
  const capacity = optionalString(returnConsumedCapacity);
  if (capacity !== undefined) context.set('dynamodb:returnconsumedcapacity', capacity);
  if (enclosingOperation !== undefined) context.set('dynamodb:enclosingoperation', enclosingOperation);
  return {
    action: `dynamodb:${statement.action}`,
    resource:
      statement.index === undefined ? table.arn : `${table.arn}/index/${indexNameOf(statement.index)}`,
    context,
    unknown: [...unknownAlways, ...unknownOfStatement],
  };
}

/** What only the store's own PartiQL engine could tell. */
const unknownOfStatement = [
  'dynamodb:attributes',
  'dynamodb:fulltablescan',
  'dynamodb:leadingkeys',
  'dynamodb:returnvalues',
  'dynamodb:select',
];
