import type { Demand } from '../demand.ts';
import type { Surroundings } from './access.ts';
import { type Classify, itemOperations } from './item-operations.ts';
import type { JsonObject } from './json.ts';
import { partiqlOperations } from './partiql-operations.ts';
import { queryOperations } from './query-operations.ts';
import { tableOperations } from './table-operations.ts';

const operations = new Map<string, Classify>(
  Object.entries({ ...itemOperations, ...queryOperations, ...partiqlOperations, ...tableOperations }),
);

/** The operation's name in `X-Amz-Target`; undefined when it is not one the gateway recognises. */
export function operationOf(target: string | undefined): string | undefined {
  const [, name] = /^DynamoDB_20120810\.([A-Za-z]+)$/.exec(target ?? '') ?? [];
  return name !== undefined && operations.has(name) ? name : undefined;
}

/** What a request needs to be allowed: all of it. Throws `DynamoDbError` for a request that cannot be understood. */
export async function classify(
  operation: string,
  input: JsonObject,
  surroundings: Surroundings,
): Promise<readonly Demand[]> {
  const demandsOf = operations.get(operation);
  if (demandsOf === undefined) throw new TypeError(`${operation} is not an operation`);
  return demandsOf(input, surroundings);
}
