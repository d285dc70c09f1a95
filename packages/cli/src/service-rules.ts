import { readFileSync } from 'node:fs';
import type { ServiceBackendOptions } from '@daypass/server';
import { UsageError } from './usage-error.ts';

type Rules = NonNullable<ServiceBackendOptions['rules']>;
type RestOperation = NonNullable<Rules['operations']>[number];

const methods: readonly RestOperation['method'][] = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'];

/**
 * Reads the file of `--service-rules`: an object with the rules of each service under its name. Throws `UsageError` for
 * a file that cannot be read and for what is not known; whether paths and ARNs make sense is the server's to say.
 */
export function readServiceRules(file: string): Readonly<Record<string, Rules>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw wrong(file, error instanceof Error ? error.message : String(error));
  }
  const entries = Object.entries(members(value, file));
  return Object.fromEntries(entries.map(([name, rules]) => [name, rulesOf(rules, `${file}: ${name}`)]));
}

function rulesOf(value: unknown, place: string): Rules {
  const { target, version, actions, operations, resource, ...rest } = members(value, place);
  refuseRest(rest, place);
  return {
    ...texts({ target, version, resource }, place),
    ...(actions !== undefined && { actions: allTexts(members(actions, `${place}.actions`), place) }),
    ...(operations !== undefined && {
      operations: list(operations, `${place}.operations`).map((operation, at) =>
        operationOf(operation, `${place}.operations[${at}]`),
      ),
    }),
  };
}

function operationOf(value: unknown, place: string): RestOperation {
  const { operation, method, path, query, headers, resource, ...rest } = members(value, place);
  refuseRest(rest, place);
  const known = methods.find((candidate) => candidate === method);
  if (known === undefined) throw wrong(place, `method is none of ${methods.join(', ')}`);
  return {
    operation: text(operation, `${place}.operation`),
    method: known,
    path: text(path, `${place}.path`),
    ...(query !== undefined && { query: list(query, place).map((name) => text(name, `${place}.query`)) }),
    ...(headers !== undefined && {
      headers: list(headers, place).map((name) => text(name, `${place}.headers`)),
    }),
    ...texts({ resource }, place),
  };
}

function texts<Name extends string>(
  values: Readonly<Record<Name, unknown>>,
  place: string,
): Partial<Record<Name, string>> {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return allTexts(Object.fromEntries(present), place) as Partial<Record<Name, string>>;
}

function allTexts(values: Readonly<Record<string, unknown>>, place: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, text(value, `${place}.${name}`)]),
  );
}

function text(value: unknown, place: string): string {
  if (typeof value !== 'string') throw wrong(place, 'a string is expected');
  return value;
}

function list(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(place, 'a list is expected');
  return value;
}

function members(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(place, 'an object is expected');
  return Object.fromEntries(Object.entries(value));
}

function refuseRest(rest: object, place: string): void {
  const [name] = Object.keys(rest);
  if (name !== undefined) throw wrong(place, `${name} is not known`);
}

function wrong(place: string, what: string): UsageError {
  return new UsageError(`--service-rules: ${place}: ${what}.`);
}
