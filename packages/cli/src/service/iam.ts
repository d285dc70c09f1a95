import { isObject, type Json, type JsonObject } from '../template/json.ts';
import { AwsError, callIam, type Endpoint, type QueryValue } from './aws-api.ts';

/** Every item of a list that IAM answers page by page; `member` is where the items stand. */
export async function listIam(
  service: Endpoint,
  operation: string,
  member: string,
  input: { readonly [member: string]: QueryValue } = {},
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let Marker: string | undefined;
  do {
    const page = await callIam(service, operation, { ...input, Marker });
    items.push(...itemsOf(page[member]));
    Marker = page.IsTruncated === 'true' ? String(page.Marker) : undefined;
  } while (Marker !== undefined);
  return items;
}

/** The items of a list in an answer, in which an empty list is an empty text. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a member, empty when it is not there. */
export function textOf(item: unknown, member: string): string {
  const value = typeof item === 'object' && item !== null ? Reflect.get(item, member) : undefined;
  return typeof value === 'string' ? value : '';
}

export function tagsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(itemsOf(value).map((tag) => [textOf(tag, 'Key'), textOf(tag, 'Value')]));
}

export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A policy document as IAM answers it: JSON, percent-encoded. */
export function policyDocument(text: string): JsonObject {
  const document: Json = JSON.parse(decodeURIComponent(text));
  return isObject(document) ? document : {};
}

/** What asking for something gives, undefined when it is not there. */
export async function unlessMissing<T>(asking: Promise<T>): Promise<T | undefined> {
  return asking.catch((error: unknown) => {
    const isMissing =
      error instanceof AwsError && ['NoSuchEntity', 'ResourceNotFoundException'].includes(error.code);
    if (!isMissing) throw error;
    return undefined;
  });
}
