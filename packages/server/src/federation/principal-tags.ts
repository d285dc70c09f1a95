import type { PoolDocument, PrincipalTagMap } from '../store/documents.ts';
import type { Login } from '../tokens/login.ts';

/** Limits of session tags. Source: IAM User Guide, "Passing session tags". */
const longestKey = 128;
const longestValue = 256;

/**
 * The principal tags that a pool's attribute maps draw from the logins. A claim that a token does not have gives no
 * tag; of two logins that give the same tag the first one counts. Source: developer guide, "Using attributes for
 * access control".
 */
export function principalTags(
  pool: PoolDocument,
  logins: readonly Login[],
): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const login of logins) {
    const map = mapOf(pool, login);
    if (map === undefined) continue;
    for (const [key, value] of map.useDefaults ? defaults(login) : mapped(map, login)) {
      if (!Object.hasOwn(tags, key) && key.length <= longestKey && value.length <= longestValue)
        tags[key] = value;
    }
  }
  return tags;
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
