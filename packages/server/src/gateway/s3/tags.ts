import { S3Error } from './errors.ts';
import { decode, encode } from './names.ts';

export type Tag = readonly [key: string, value: string];

/** Tags in the form of a query string, as in `x-amz-tagging`. Throws `S3Error`. */
export function tagsOfQuery(text: string): Tag[] {
  if (text === '') return [];
  return text.split('&').map((pair) => {
    const [key = '', value = '', ...rest] = pair
      .split('=')
      .map((part) => decode(part.replaceAll('+', '%20')));
    if (key === '' || rest.length > 0)
      throw new S3Error('InvalidArgument', 'The header x-amz-tagging is not a list of tags');
    return [key, value];
  });
}

/** `x-amz-tagging` as the backend gets it. */
export function encodedTags(tags: readonly Tag[]): string {
  return tags.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&');
}

/**
 * The condition keys of the tags a request sets. Throws `InvalidArgument` for a key that is there twice, or twice
 * but for the case: to conditions, whose names have no case, both would be one tag.
 */
export function requestTagContext(tags: readonly Tag[]): Map<string, string | readonly string[]> {
  const context = existingTagContext(tags, 's3:requestobjecttag/');
  if (context === undefined)
    throw new S3Error('InvalidArgument', 'Cannot provide multiple Tags with the same key');
  return tags.length === 0
    ? context
    : context.set(
        's3:requestobjecttagkeys',
        tags.map(([key]) => key),
      );
}

/** The condition keys of the tags an object has; undefined when two of them would be one condition key. */
export function existingTagContext(
  tags: readonly Tag[],
  prefix = 's3:existingobjecttag/',
): Map<string, string | readonly string[]> | undefined {
  const context = new Map<string, string | readonly string[]>(
    tags.map(([key, value]) => [prefix + key.toLowerCase(), value]),
  );
  return context.size === tags.length ? context : undefined;
}
