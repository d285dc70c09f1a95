import { ServiceError } from '../../errors.ts';
import { structure } from '../protocol/shape.ts';
import { violations } from '../protocol/validate.ts';
import type { GivenTags } from './session-tags.ts';
import { sourceIdentity, tagKeys, tags } from './shapes.ts';

/** What an identity provider asks a session to carry. */
export interface Tagging {
  readonly tags: GivenTags;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

const tagsClaim = 'https://aws.amazon.com/tags';
const sourceIdentityClaim = 'https://aws.amazon.com/source_identity';

/**
 * The session tags and the source identity in a token's claims: `https://aws.amazon.com/tags` with `principal_tags` and
 * `transitive_tag_keys`, or flat, `https://aws.amazon.com/tags/principal_tags/<key>`. Throws InvalidIdentityToken.
 * Source: IAM User Guide, "Passing session tags using AssumeRoleWithWebIdentity".
 */
export function taggingOf(claims: Readonly<Record<string, unknown>>): Tagging {
  const nested = recordOf(claims[tagsClaim]);
  const prefix = `${tagsClaim}/principal_tags/`;
  const flat = Object.entries(claims).filter(([claim]) => claim.startsWith(prefix));
  const named = [
    ...Object.entries(recordOf(nested.principal_tags)),
    ...flat.map(([claim, value]) => [claim.slice(prefix.length), value] as const),
  ];
  const transitive = nested.transitive_tag_keys ?? claims[`${tagsClaim}/transitive_tag_keys`] ?? [];
  return checkTagging({
    tags: named.map(([Key, value]) => ({ Key, Value: onlyText(value) })),
    transitiveTagKeys: Array.isArray(transitive) ? transitive.map(onlyText) : [onlyText(transitive)],
    sourceIdentity:
      claims[sourceIdentityClaim] === undefined ? undefined : onlyText(claims[sourceIdentityClaim]),
  });
}

const shape = structure({ Tags: tags, TransitiveTagKeys: tagKeys, SourceIdentity: sourceIdentity });

/** Holds what a provider says to the same limits as what a caller says. Throws InvalidIdentityToken. */
export function checkTagging(tagging: Tagging): Tagging {
  const message = violations(shape, {
    Tags: tagging.tags,
    TransitiveTagKeys: tagging.transitiveTagKeys,
    SourceIdentity: tagging.sourceIdentity,
  });
  if (message !== undefined) throw new ServiceError('InvalidIdentityToken', message);
  return tagging;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw malformed();
}

/** Tag values are lists of one in the nested form, and plain texts in the flat one. */
function onlyText(value: unknown): string {
  const [text, ...more] = Array.isArray(value) ? value : [value];
  if (typeof text === 'string' && more.length === 0) return text;
  throw malformed();
}

function malformed(): ServiceError {
  return new ServiceError('InvalidIdentityToken', 'The session tags in the token are malformed.');
}
