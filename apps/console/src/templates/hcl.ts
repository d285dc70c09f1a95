/** An attribute's value in a Terraform file; an expression is written as it is. */
export type Expression =
  | string
  | boolean
  | readonly string[]
  | Readonly<Record<string, string>>
  | { readonly expression: string };

/** A block of a Terraform file; members that are undefined are left out. */
export interface Block {
  readonly head: string;
  readonly attributes: Readonly<Record<string, Expression | undefined>>;
  readonly blocks?: readonly Block[];
}

export function hcl({ head, attributes, blocks = [] }: Block, indent = ''): string {
  const inside = `${indent}  `;
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  const width = Math.max(0, ...given.map(({ name }) => name.length));
  const lines = given.map(({ name, value }) => `${inside}${name.padEnd(width)} = ${written(value, inside)}`);
  const nested = blocks.map((block) => `\n${hcl(block, inside)}`);
  return [`${indent}${head} {`, ...lines, ...nested, `${indent}}`].join('\n');
}

function written(value: Expression, indent: string): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(quoted).join(', ')}]`;
  if (isExpression(value)) return value.expression;
  const members = Object.entries(value).map(
    ([name, member]) => `${indent}  ${quoted(name)} = ${quoted(member)}`,
  );
  return `{\n${members.join('\n')}\n${indent}}`;
}

function isList(value: Expression): value is readonly string[] {
  return Array.isArray(value);
}

function isExpression(value: object): value is { readonly expression: string } {
  return 'expression' in value;
}

/** `${` and `%{` would begin an expression. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, '$1$1{');
}
