import { ServiceError } from '../../errors.ts';
import type { Output } from './operation.ts';
import { memberShape, type Shape, type StructureShape } from './shape.ts';
import { violations } from './validate.ts';

/**
 * AWS Query: the operation and its members as form fields (`Tags.member.1.Key=…`), the answer as XML.
 * Source: smithy.io, "AWS Query protocol".
 */
export const contentType = 'text/xml';

/** Form fields as a tree: `A.member.1.B=x` becomes A → member → 1 → B → `x`. */
interface Fields {
  value?: string;
  readonly children: Map<string, Fields>;
}

const deepest = 12;
const mostFields = 2000;

/** The members of a form. Throws MalformedInput when a name is nested or repeated beyond reason. */
export function parseForm(form: URLSearchParams): Fields {
  const root: Fields = { children: new Map() };
  let count = 0;
  for (const [name, value] of form) {
    const path = name.split('.');
    if (++count > mostFields || path.length > deepest) {
      throw new ServiceError(
        'MalformedInput',
        'The request has too many parameters or nests them too deeply.',
      );
    }
    let at = root;
    for (const part of path) {
      let next = at.children.get(part);
      if (next === undefined) {
        next = { children: new Map() };
        at.children.set(part, next);
      }
      at = next;
    }
    if (at.value !== undefined)
      throw new ServiceError('MalformedInput', `Parameter ${name} is given more than once.`);
    at.value = value;
  }
  return root;
}

/**
 * The input of an operation out of form fields; fields the shape does not know are ignored.
 * Throws ValidationError with the framework's texts.
 */
export function decodeInput(shape: StructureShape, fields: Fields): Readonly<Record<string, unknown>> {
  const input = decodeStructure(shape, fields);
  const message = violations(shape, input);
  if (message !== undefined) throw new ServiceError('ValidationError', message);
  return input;
}

function decodeStructure(shape: StructureShape, fields: Fields): Readonly<Record<string, unknown>> {
  const decoded: Record<string, unknown> = {};
  for (const name in shape.members) {
    const member = shape.members[name];
    const given = fields.children.get(name);
    if (member === undefined || given === undefined) continue;
    const value = decode(memberShape(member).shape, given, name);
    if (value !== undefined) decoded[name] = value;
  }
  return decoded;
}

function decode(shape: Shape, fields: Fields, name: string): unknown {
  switch (shape.kind) {
    case 'string':
      return fields.value;
    case 'integer': {
      if (fields.value === undefined) return undefined;
      if (!/^-?\d{1,15}$/.test(fields.value)) throw malformed(name, 'an integer');
      return Number(fields.value);
    }
    case 'boolean': {
      if (fields.value === undefined) return undefined;
      if (fields.value !== 'true' && fields.value !== 'false') throw malformed(name, 'true or false');
      return fields.value === 'true';
    }
    case 'list':
      return numbered(fields.children.get('member') ?? fields).map((item) =>
        present(decode(shape.member, item, name), name),
      );
    case 'map':
      return Object.fromEntries(
        numbered(fields.children.get('entry') ?? fields).map(({ children }) => {
          const value = children.get('value');
          return [
            present(children.get('key')?.value, name),
            present(value && decode(shape.value, value, name), name),
          ];
        }),
      );
    case 'structure':
      return decodeStructure(shape, fields);
  }
}

function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw malformed(name, 'without gaps');
  return value;
}

/** The children `1`, `2`, … in the order of their numbers. */
function numbered(fields: Fields): Fields[] {
  return [...fields.children]
    .filter(([key]) => /^\d{1,5}$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function malformed(name: string, wanted: string): ServiceError {
  return new ServiceError('MalformedInput', `Parameter ${name} must be ${wanted}.`);
}

/** An operation's answer: `<NameResponse><NameResult>…</NameResult><ResponseMetadata>…`. */
export function encodeOutput(
  namespace: string,
  operation: string,
  output: Output | undefined,
  requestId: string,
): string {
  const result = output === undefined ? '' : `<${operation}Result>${members(output)}</${operation}Result>`;
  return `<${operation}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
}

export function encodeError(namespace: string, error: ServiceError, requestId: string): string {
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${error.fault}</Type><Code>${error.code}</Code><Message>${escaped(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function members(output: Output): string {
  let xml = '';
  for (const [name, value] of Object.entries(output)) {
    if (value !== undefined) xml += `<${name}>${content(value)}</${name}>`;
  }
  return xml;
}

function content(value: unknown): string {
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (Array.isArray(value)) return value.map((item) => `<member>${content(item)}</member>`).join('');
  if (typeof value === 'object' && value !== null) return members({ ...value });
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => entities[character] ?? character)
      // What XML cannot hold, and the carriage return that a parser would turn into a line feed.
      .replace(/[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/gu, '\ufffd')
      .replace(/\r/g, '&#xD;')
  );
}
