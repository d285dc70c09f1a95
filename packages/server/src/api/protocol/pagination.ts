import { ServiceError } from '../../errors.ts';

/**
 * One page of a list in key order, and the opaque token that continues it. `read` returns at most `limit` items whose
 * key is greater than `after`. Throws InvalidParameterException for a token that this operation did not make.
 */
export async function page<Item>(
  operation: string,
  size: number,
  token: string | undefined,
  read: (after: string | undefined, limit: number) => Promise<readonly { key: string; item: Item }[]>,
): Promise<{ items: readonly Item[]; nextToken: string | undefined }> {
  const after = token === undefined ? undefined : keyIn(operation, token);
  // One more than the page tells whether there is a next one.
  const found = await read(after, size + 1);
  const shown = found.slice(0, size);
  const last = shown.at(-1);
  const nextToken = found.length > size && last !== undefined ? tokenFor(operation, last.key) : undefined;
  return { items: shown.map(({ item }) => item), nextToken };
}

/** The token of a page that ended with `key`. */
export function tokenFor(operation: string, key: string): string {
  return Buffer.from(JSON.stringify([operation, key])).toString('base64url');
}

/** Where a token goes on. Throws InvalidParameterException for one that this operation did not make. */
export function keyIn(operation: string, token: string): string {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const [of, key]: readonly unknown[] = Array.isArray(decoded) ? decoded : [];
    // Only as this operation writes them: no key reaches the store that no page has ended with.
    if (of === operation && typeof key === 'string' && key.isWellFormed() && !key.includes('\0')) return key;
  } catch {
    // Falls through to the one answer for every token that is not ours.
  }
  throw new ServiceError('InvalidParameterException', 'Invalid NextToken.');
}
