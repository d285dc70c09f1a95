import { memberShape, type Shape, type StringShape, type StructureShape } from './shape.ts';

/**
 * The constraint violations of a decoded input, in the words of the framework in front of AWS's services:
 * `1 validation error detected: Value 'x' at 'identityPoolId' failed to satisfy constraint: Member must …`.
 * Undefined when there are none.
 */
export function violations(
  shape: StructureShape,
  input: Readonly<Record<string, unknown>>,
): string | undefined {
  const found: string[] = [];
  checkMembers(shape, input, '', found);
  if (found.length === 0) return undefined;
  return `${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${found.join('; ')}`;
}

function checkMembers(
  shape: StructureShape,
  input: Readonly<Record<string, unknown>>,
  prefix: string,
  found: string[],
): void {
  for (const name in shape.members) {
    const member = shape.members[name];
    if (member === undefined) continue;
    const { shape: of, isRequired } = memberShape(member);
    const value = input[name];
    if (value === undefined) {
      if (isRequired)
        found.push(
          `Value null at '${prefix}${lowerCamel(name)}' failed to satisfy constraint: Member must not be null`,
        );
    } else {
      check(of, value, prefix + lowerCamel(name), found);
    }
  }
}

function check(shape: Shape, value: unknown, path: string, found: string[]): void {
  const fails = (constraint: string) =>
    found.push(`Value '${printed(shape, value)}' at '${path}' failed to satisfy constraint: ${constraint}`);
  switch (shape.kind) {
    case 'string':
      if (typeof value === 'string')
        for (const constraint of stringViolations(shape, value)) fails(constraint);
      return;
    case 'integer':
      if (typeof value !== 'number') return;
      if (shape.max !== undefined && value > shape.max)
        fails(`Member must have value less than or equal to ${shape.max}`);
      if (shape.min !== undefined && value < shape.min)
        fails(`Member must have value greater than or equal to ${shape.min}`);
      return;
    case 'boolean':
      return;
    case 'list': {
      if (!Array.isArray(value)) return;
      for (const constraint of sizeViolations(shape, value.length)) fails(constraint);
      if (shape.member.kind === 'structure') {
        const member = shape.member;
        value.forEach((item, index) => {
          if (isRecord(item)) checkMembers(member, item, `${path}.${index + 1}.member.`, found);
        });
      } else if (shape.member.kind === 'string') {
        const constraints = memberConstraints(shape.member, value);
        if (constraints !== undefined) fails(`Member must satisfy constraint: ${constraints}`);
      }
      return;
    }
    case 'map': {
      if (!isRecord(value)) return;
      const keys = Object.keys(value);
      for (const constraint of sizeViolations(shape, keys.length)) fails(constraint);
      const keyConstraints = memberConstraints(shape.key, keys);
      if (keyConstraints !== undefined) fails(`Map keys must satisfy constraint: ${keyConstraints}`);
      if (shape.value.kind === 'string') {
        const valueConstraints = memberConstraints(shape.value, Object.values(value));
        if (valueConstraints !== undefined) fails(`Map value must satisfy constraint: ${valueConstraints}`);
      } else {
        for (const key of keys) check(shape.value, value[key], `${path}.${key}.member`, found);
      }
      return;
    }
    case 'structure':
      if (isRecord(value)) checkMembers(shape, value, `${path}.`, found);
      return;
  }
}

function stringViolations(shape: StringShape, value: string): string[] {
  const found: string[] = [];
  if (shape.values !== undefined && !shape.values.includes(value)) {
    found.push(`Member must satisfy enum value set: [${shape.values.join(', ')}]`);
  }
  found.push(...sizeViolations(shape, lengthOf(shape, value)));
  if (shape.regExp !== undefined && !shape.regExp.test(value)) {
    found.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
  if (!isText(value)) found.push(mustBeText);
  return found;
}

const mustBeText = 'Member must be well-formed Unicode without NUL';

/** What a store keeps as it is; anything else could not be told from another text. */
function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

// Surrogate pairs count as one character; counting them is only worth it when a limit is near.
function lengthOf({ min = 0, max = Number.POSITIVE_INFINITY }: StringShape, value: string): number {
  return value.length > max || value.length < min * 2 ? [...value].length : value.length;
}

function sizeViolations(shape: { min?: number; max?: number }, size: number): string[] {
  const found: string[] = [];
  if (shape.max !== undefined && size > shape.max)
    found.push(`Member must have length less than or equal to ${shape.max}`);
  if (shape.min !== undefined && size < shape.min)
    found.push(`Member must have length greater than or equal to ${shape.min}`);
  return found;
}

/** Every constraint of a list's or map's strings when one of them is broken, as the framework lists them. */
function memberConstraints(shape: StringShape, values: readonly unknown[]): string | undefined {
  if (!values.some((value) => typeof value === 'string' && stringViolations(shape, value).length > 0))
    return undefined;
  const all: string[] = [];
  if (shape.values !== undefined)
    all.push(`Member must satisfy enum value set: [${shape.values.join(', ')}]`);
  if (shape.max !== undefined) all.push(`Member must have length less than or equal to ${shape.max}`);
  if (shape.min !== undefined) all.push(`Member must have length greater than or equal to ${shape.min}`);
  if (shape.pattern !== undefined)
    all.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  if (values.some((value) => typeof value === 'string' && !isText(value))) all.push(mustBeText);
  return `[${all.join(', ')}]`;
}

const longestEcho = 1024;

/** A value as Java's `toString` shows it, without secrets and within reason. */
function printed(shape: Shape, value: unknown): string {
  const text = asJavaPrints(shape, value);
  return text.length > longestEcho ? `${text.slice(0, longestEcho)}…` : text;
}

function asJavaPrints(shape: Shape, value: unknown): string {
  if (shape.kind === 'string' && shape.sensitive) return '***Sensitive information***';
  if (shape.kind === 'list' && Array.isArray(value)) {
    return `[${value.map((item) => asJavaPrints(shape.member, item)).join(', ')}]`;
  }
  if (shape.kind === 'map' && isRecord(value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}=${asJavaPrints(shape.value, item)}`)
      .join(', ')}}`;
  }
  if (shape.kind === 'structure' && isRecord(value)) {
    return Object.keys(value).join(', ');
  }
  return String(value);
}

function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
