import { ServiceError } from '../../errors.ts';
import type { Output } from './operation.ts';
import { type MapShape, memberShape, type Shape, type StructureShape } from './shape.ts';
import { violations } from './validate.ts';

/**
 * AWS JSON 1.1: the operation in `X-Amz-Target`, the input and output as JSON bodies, timestamps as epoch seconds.
 * Source: smithy.io, "AWS JSON 1.1 protocol".
 */
export const contentType = 'application/x-amz-json-1.1';

const deepest = 64;

/**
 * The input of an operation out of a request body: members the shape does not know are ignored, null counts as
 * absent. Throws SerializationException for what is not of the shape and ValidationException for broken constraints.
 */
export function decodeInput(shape: StructureShape, body: Buffer): Readonly<Record<string, unknown>> {
  const input = decodeStructure(shape, parseJson(body));
  const message = violations(shape, input);
  if (message !== undefined) throw new ServiceError('ValidationException', message);
  return input;
}

/** A JSON object out of a body. Throws SerializationException. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  if (depthExceeds(body, deepest))
    throw new ServiceError('SerializationException', 'Request body is nested too deeply.');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new ServiceError('SerializationException', 'Request body is not valid JSON.', { cause: error });
  }
}

const openBrace = 0x7b;
const openBracket = 0x5b;

/** Whether JSON text is nested deeper than a limit. Few brackets mean no depth: counting them is usually the whole work. */
function depthExceeds(body: Buffer, limit: number): boolean {
  let openers = 0;
  for (const opener of [openBrace, openBracket]) {
    for (let at = body.indexOf(opener); at !== -1 && openers <= limit; at = body.indexOf(opener, at + 1))
      openers++;
  }
  if (openers <= limit) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === openBrace || byte === openBracket) {
      if (++depth > limit) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}

function decodeStructure(shape: StructureShape, value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw mismatch(value, 'structure');
  const decoded: Record<string, unknown> = {};
  for (const name in shape.members) {
    const member = shape.members[name];
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member === undefined || given === undefined || given === null) continue;
    decoded[name] = decode(memberShape(member).shape, given);
  }
  return decoded;
}

function decode(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, 'String');
      return value;
    case 'integer':
      if (typeof value !== 'number') throw mismatch(value, 'Integer');
      if (!Number.isSafeInteger(value))
        throw new ServiceError('SerializationException', 'Number is not an integer');
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, 'Boolean');
      return value;
    case 'list':
      if (!Array.isArray(value)) throw mismatch(value, 'list');
      return value.filter((item) => item !== null).map((item) => decode(shape.member, item));
    case 'map':
      return decodeMap(shape, value);
    case 'structure':
      return decodeStructure(shape, value);
  }
}

function decodeMap(shape: MapShape, value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw mismatch(value, 'map');
  // Object.fromEntries defines own properties, so that a key `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, decode(shape.value, item)]),
  );
}

function mismatch(
  value: unknown,
  wanted: 'String' | 'Integer' | 'Boolean' | 'list' | 'map' | 'structure',
): ServiceError {
  if (typeof value === 'object' && value !== null) {
    const found = Array.isArray(value) ? 'list' : 'structure or map';
    return new ServiceError('SerializationException', `Start of ${found} found where not expected.`);
  }
  if (wanted === 'list' || wanted === 'map' || wanted === 'structure') {
    return new ServiceError('SerializationException', 'Unexpected field type');
  }
  const token =
    typeof value === 'boolean'
      ? value
        ? 'TRUE_VALUE'
        : 'FALSE_VALUE'
      : `${(typeof value).toUpperCase()}_VALUE`;
  return new ServiceError(
    'SerializationException',
    `${token} can not be converted to ${wanted === 'Integer' ? 'an' : 'a'} ${wanted}`,
  );
}

/** An operation's answer as JSON; an operation without output members answers with an empty body. */
export function encodeOutput(output: Output | undefined): string {
  return output === undefined ? '' : JSON.stringify(withEpochSeconds(output));
}

function withEpochSeconds(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withEpochSeconds);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = Object.getOwnPropertyDescriptor(value, key)?.value;
    // Defined rather than assigned where assignment would mean something else.
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: withEpochSeconds(member), enumerable: true });
    else copy[key] = withEpochSeconds(member);
  }
  return copy;
}

// Denials of the layer in front of the services spell the member with a capital.
const capitalMessage: ReadonlySet<string> = new Set(['AccessDeniedException', 'SerializationException']);

/** The body of an error answer. */
export function encodeError(error: ServiceError): string {
  const key = capitalMessage.has(error.code) ? 'Message' : 'message';
  return JSON.stringify({ __type: error.code, [key]: error.message });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
