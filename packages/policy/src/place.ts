import type { JsonNode } from './json.ts';
import { PolicySyntaxError } from './syntax-error.ts';

/** What IAM says of most mistakes. */
export const SYNTAX = 'Syntax errors in policy.';

/** A value of the document and the way to it, as in `Statement[0].Action[1]`. */
export interface Place {
  readonly node: JsonNode;
  readonly path: string;
}

/** A string, number or boolean of the document as text. */
export interface TextPlace extends Place {
  readonly text: string;
}

export function fail(place: Place, message: string, detail: string): never {
  throw new PolicySyntaxError(message, place.path, detail, place.node.position);
}

/** The members of an object; with `allowed`, members of other names are refused. */
export function elementsOf(place: Place, allowed?: readonly string[]): ReadonlyMap<string, Place> {
  const { node, path } = place;
  if (node.type !== 'object') return fail(place, SYNTAX, `expected an object, found ${describe(node)}`);
  const members = new Map<string, Place>();
  for (const [name, member] of node.members) {
    const memberPlace = { node: member, path: path === '' ? name : `${path}.${name}` };
    if (allowed !== undefined && !allowed.includes(name)) {
      fail(
        memberPlace,
        SYNTAX,
        `there is no element ${JSON.stringify(name)} here; allowed are ${allowed.join(', ')}`,
      );
    }
    members.set(name, memberPlace);
  }
  return members;
}

export function stringOf(place: Place): string {
  const { node } = place;
  return node.type === 'string'
    ? node.value
    : fail(place, SYNTAX, `expected a string, found ${describe(node)}`);
}

/** One string or a list of strings. */
export function stringsOf(place: Place): readonly TextPlace[] {
  return itemsOf(place).map((item) => ({ ...item, text: stringOf(item) }));
}

/** One value or a list of values; numbers and booleans as the text they are written in. */
export function valuesOf(place: Place): readonly TextPlace[] {
  return itemsOf(place).map((item) => {
    const { node } = item;
    if (node.type === 'string' || node.type === 'scalar') return { ...item, text: node.value };
    return fail(item, SYNTAX, `expected a string, number or boolean, found ${describe(node)}`);
  });
}

function itemsOf(place: Place): readonly Place[] {
  const { node, path } = place;
  return node.type === 'array'
    ? node.items.map((item, i) => ({ node: item, path: `${path}[${i}]` }))
    : [place];
}

function describe(node: JsonNode): string {
  switch (node.type) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'string':
      return JSON.stringify(node.value);
    case 'scalar':
      return node.value;
    case 'null':
      return 'null';
  }
}
