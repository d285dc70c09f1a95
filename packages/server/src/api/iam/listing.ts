import { ServiceError } from '../../errors.ts';
import type { Collection } from '../../store/store.ts';

/** How a page is asked for. */
export interface Paging {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** A page as every list of IAM ends. */
interface Page {
  readonly IsTruncated: boolean;
  readonly Marker: string | undefined;
}

const defaultItems = 100;

/**
 * A page of items that are all at hand, in ascending order of their keys. Throws ValidationError for a marker that is
 * not of this operation.
 */
export function pageOf<Item>(
  operation: string,
  { Marker, MaxItems = defaultItems }: Paging,
  items: readonly Item[],
  keyOf: (item: Item) => string,
): { items: readonly Item[]; page: Page } {
  const after = Marker === undefined ? undefined : keyIn(operation, Marker);
  const keyed = items
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return cut(operation, keyed, MaxItems);
}

/** A page of those documents of a collection that `shows` picks, in key order. Throws as `pageOf` does. */
export async function pageThrough<T>(
  operation: string,
  { Marker, MaxItems = defaultItems }: Paging,
  collection: Collection<T>,
  shows: (document: T) => boolean,
): Promise<{ items: readonly T[]; page: Page }> {
  const found: { key: string; item: T }[] = [];
  const after = Marker === undefined ? undefined : keyIn(operation, Marker);
  for await (const { key, value } of every(collection, after)) {
    if (shows(value)) found.push({ key, item: value });
    // One more than the page tells whether there is a next one.
    if (found.length > MaxItems) break;
  }
  return cut(operation, found, MaxItems);
}

function cut<Item>(
  operation: string,
  found: readonly { key: string; item: Item }[],
  size: number,
): { items: readonly Item[]; page: Page } {
  const shown = found.slice(0, size);
  const last = shown.at(-1);
  const Marker = found.length > size && last !== undefined ? markerOf(operation, last.key) : undefined;
  return { items: shown.map(({ item }) => item), page: { IsTruncated: Marker !== undefined, Marker } };
}

function markerOf(operation: string, key: string): string {
  return Buffer.from(`${operation} ${key}`).toString('base64url');
}

function keyIn(operation: string, marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString('utf8');
  if (!text.startsWith(`${operation} `) || markerOf(operation, text.slice(operation.length + 1)) !== marker)
    throw new ServiceError('ValidationError', 'Invalid Marker.');
  return text.slice(operation.length + 1);
}

const batch = 500;

/** Every document whose key is greater than `after`, in key order. */
export async function* every<T>(
  collection: Collection<T>,
  after?: string,
): AsyncGenerator<{ readonly key: string; readonly value: T }> {
  for (let last = after; ; ) {
    const found = await collection.list({ limit: batch, ...(last !== undefined && { after: last }) });
    yield* found;
    last = found.at(-1)?.key;
    if (found.length < batch) return;
  }
}

/** All documents of a collection, in key order; for lists that IAM does not cut into pages. */
export async function all<T>(
  collection: Collection<T>,
): Promise<readonly { readonly key: string; readonly value: T }[]> {
  const found = [];
  for await (const document of every(collection)) found.push(document);
  return found;
}
