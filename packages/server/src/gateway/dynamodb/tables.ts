import { invalid } from './errors.ts';
import { string } from './input.ts';

export interface Place {
  readonly region: string;
  readonly account: string;
}

export interface Table {
  readonly name: string;
  readonly arn: string;
}

const namePattern = /^[A-Za-z0-9_.-]{1,255}$/;

/** `TableName`: a name, or the ARN of a table of this account and region. */
export function tableOf(value: unknown, place: Place): Table {
  const text = string(value);
  const prefix = `arn:aws:dynamodb:${place.region}:${place.account}:table/`;
  const name = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  if (!namePattern.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${text}' at 'tableName' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
    );
  }
  return { name, arn: prefix + name };
}

export function indexNameOf(value: unknown): string {
  const name = string(value);
  if (!namePattern.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at 'indexName' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
    );
  }
  return name;
}
