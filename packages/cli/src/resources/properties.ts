import { isReserved } from '../stack/tags.ts';
import { isList, isObject, type Json, type JsonObject } from '../template/json.ts';
import { TemplateError } from '../template/template-error.ts';

// Properties out of a template as the service takes them. Each function throws a `TemplateError` for another kind of value.

export function text(value: Json | undefined, at: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(at, 'it must be a text.');
}

export function optionalText(value: Json | undefined, at: string): string | undefined {
  return value === undefined ? undefined : text(value, at);
}

export function truth(value: Json | undefined, at: string): boolean {
  if (value === undefined || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw new TemplateError(at, 'it must be true or false.');
}

export function wholeNumber(value: Json, at: string): number {
  const digits = text(value, at);
  if (!/^\d{1,9}$/.test(digits)) throw new TemplateError(at, 'it must be a whole number.');
  return Number(digits);
}

export function items(value: Json | undefined, at: string): readonly Json[] {
  if (value === undefined) return [];
  if (!isList(value)) throw new TemplateError(at, 'it must be a list.');
  return value;
}

/** A list whose order says nothing, sorted and without repetitions. */
export function textSet(value: Json | undefined, at: string): string[] {
  return [...new Set(items(value, at).map((item, index) => text(item, `${at}[${index}]`)))].sort();
}

/** An object; many templates carry theirs as JSON text. Members are only those named, if any are named. */
export function object(value: Json | undefined, at: string, members?: readonly string[]): JsonObject {
  const found = typeof value === 'string' ? parsed(value, at) : (value ?? {});
  if (!isObject(found)) throw new TemplateError(at, 'it must be an object.');
  for (const name of Object.keys(found)) {
    if (members !== undefined && !members.includes(name))
      throw new TemplateError(`${at}.${name}`, 'this property is not known here.');
  }
  return found;
}

export function textMap(value: Json | undefined, at: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object(value, at)).map(([key, item]) => [key, text(item, `${at}.${key}`)]),
  );
}

/** Tags as a list of Key and Value, or as an object. Throws for those that say what belongs to a template. */
export function tags(value: Json | undefined, at: string): Record<string, string> {
  const read = isList(value)
    ? Object.fromEntries(
        value.map((item, index) => {
          const { Key, Value } = object(item, `${at}[${index}]`, ['Key', 'Value']);
          return [text(Key, `${at}[${index}].Key`), text(Value, `${at}[${index}].Value`)];
        }),
      )
    : textMap(value, at);
  const reserved = Object.keys(read).find(isReserved);
  if (reserved !== undefined) throw new TemplateError(at, `the tag ${reserved} is reserved.`);
  return read;
}

/** A policy document. */
export function policy(value: Json | undefined, at: string): JsonObject {
  const document = object(value, at);
  if (Object.keys(document).length === 0) throw new TemplateError(at, 'it must be a policy.');
  return document;
}

function parsed(json: string, at: string): Json {
  try {
    return JSON.parse(json);
  } catch {
    throw new TemplateError(at, 'it must be an object.');
  }
}
