import type { SessionAsked } from '../../access/assume.ts';
import { ServiceError } from '../../errors.ts';
import type { Infer } from '../protocol/shape.ts';
import type { tags } from './shapes.ts';

export type GivenTags = Infer<typeof tags>;

/** Tags that go along when a session assumes a further role. */
interface Inheritance {
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
}

/**
 * The tags of a new session: those asked for, and the transitive ones of the session that asks, which cannot be
 * replaced. Keys are told apart whatever their case. Throws InvalidParameterValue.
 * Source: IAM User Guide, "Pass session tags in AWS STS".
 */
export function sessionTags(
  given: GivenTags = [],
  transitiveKeys: readonly string[] = [],
  from: Inheritance = { tags: {} },
): Required<Pick<SessionAsked, 'tags' | 'transitiveTagKeys'>> {
  const { transitiveTagKeys: inheritedKeys = [] } = from;
  const inherited = new Set(inheritedKeys.map(fold));
  const asked = new Set(given.map(({ Key }) => fold(Key)));
  if (asked.size < given.length) {
    throw invalidParameter('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if ([...asked].some((key) => key.startsWith('aws:'))) {
    throw invalidParameter('Tag keys that begin with aws: are reserved for system use.');
  }
  if (!transitiveKeys.every((key) => asked.has(fold(key)))) {
    throw invalidParameter('The specified transitive tag key must be included in the requested tags.');
  }
  if ([...asked].some((key) => inherited.has(key))) {
    throw invalidParameter(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  const kept = Object.entries(from.tags).filter(([key]) => inherited.has(fold(key)));
  return {
    tags: Object.fromEntries([...kept, ...given.map(({ Key, Value }) => [Key, Value])]),
    transitiveTagKeys: [...inheritedKeys, ...transitiveKeys],
  };
}

function fold(key: string): string {
  return key.toLowerCase();
}

function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message);
}
