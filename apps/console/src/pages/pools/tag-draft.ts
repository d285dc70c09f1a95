import type { TagMap } from '../../api/tag-maps.ts';

/** A provider's tag map as it stands in the form. */
export interface TagDraft {
  readonly provider: string;
  readonly kind: 'nothing' | 'defaults' | 'claims';
  readonly rows: readonly { readonly tag: string; readonly claim: string }[];
}

export function tagDraftOf(provider: string, maps: readonly TagMap[]): TagDraft {
  const map = maps.find((map) => map.provider === provider);
  const rows = Object.entries(map?.tags ?? {}).map(([tag, claim]) => ({ tag, claim }));
  return { provider, kind: map?.useDefaults ? 'defaults' : rows.length > 0 ? 'claims' : 'nothing', rows };
}

/** What is saved. Throws for a tag that is named twice: case does not tell tags apart. */
export function mapOf({ provider, kind, rows }: TagDraft): TagMap {
  if (kind !== 'claims') return { provider, useDefaults: kind === 'defaults', tags: {} };
  const tags = new Map<string, string>();
  for (const { tag, claim } of rows) {
    const name = tag.trim();
    const isTaken = [...tags.keys()].some((other) => other.toLowerCase() === name.toLowerCase());
    if (isTaken) throw new Error(`The tag ${name} of ${provider} is there twice.`);
    tags.set(name, claim.trim());
  }
  return { provider, useDefaults: false, tags: Object.fromEntries(tags) };
}

/** Whether two maps tag the same. */
export function isSameMap(one: TagMap, other: TagMap): boolean {
  const written = ({ useDefaults, tags }: TagMap): string =>
    JSON.stringify([useDefaults, useDefaults ? [] : Object.entries(tags).toSorted()]);
  return written(one) === written(other);
}
