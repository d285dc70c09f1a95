import type { PoolDocument, PrincipalTagMap } from '../store/documents.ts';
import type { Login } from '../tokens/login.ts';

/** Limits of session tags. Source: IAM User Guide, "Passing session tags". */
const longestKey = 128;
const longestValue = 256;
const mostTags = 50;
/** All keys and values together, so that the session token fits into a request's headers. */
const mostBytes = 4096;

/**
 * The principal tags that a pool's attribute maps draw from the logins. A claim that a token does not have gives no
 * tag; of two logins that give the same tag the first one counts. Source: developer guide, "Using attributes for
 * access control".
 */
export function principalTags(
  pool: PoolDocument,
  logins: readonly Login[],
): Readonly<Record<string, string>> {
  return mergedTags(
    logins.map((login) => {
      const map = mapOf(pool, login);
      const tags = map === undefined ? [] : map.useDefaults ? defaults(login) : mapped(map, login);
      return Object.fromEntries(
        tags.filter(([key, value]) => key.length <= longestKey && value.length <= longestValue),
      );
    }),
  );
}

/** Sets of tags as one. The case of a key does not tell tags apart: of those with the same key the first one counts. */
export function mergedTags(
  sets: readonly Readonly<Record<string, string>>[],
): Readonly<Record<string, string>> {
  const tags = new Map<string, readonly [string, string]>();
  for (const [key, value] of sets.flatMap(Object.entries<string>)) {
    const name = key.toLowerCase();
    if (!tags.has(name)) tags.set(name, [key, value]);
  }
  return Object.fromEntries(tags.values());
}

/** Whether a session can carry the tags. AWS packs them in a way of its own; here they are counted in plain bytes. */
export function fitIntoSession(tags: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(tags);
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  return entries.length <= mostTags && bytes <= mostBytes;
}

function mapOf(pool: PoolDocument, login: Login): PrincipalTagMap | undefined {
  for (const name of [login.provider, login.roleMappingKey]) {
    if (Object.hasOwn(pool.principalTags, name)) return pool.principalTags[name];
  }
  return undefined;
}

/** What `UseDefaults` stands for. */
function defaults(login: Login): readonly (readonly [string, string])[] {
  return [
    ['client', login.audience],
    ['username', login.subject],
  ];
}

function mapped(map: PrincipalTagMap, login: Login): readonly (readonly [string, string])[] {
  return Object.entries(map.tags).flatMap(([tag, claim]) => {
    const value = Object.hasOwn(login.claims, claim) ? login.claims[claim] : undefined;
    const isTaggable = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return isTaggable && value !== '' ? [[tag, String(value)] as const] : [];
  });
}
