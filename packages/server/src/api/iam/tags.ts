import { ServiceError } from '../../errors.ts';
import type { Output } from '../protocol/operation.ts';
import { change, find, type Kind } from './kind.ts';
import { type Paging, pageOf } from './listing.ts';
import type { IamServices } from './services.ts';

type Tags = Readonly<Record<string, string>>;
interface Tagged {
  readonly tags: Tags;
}
type GivenTags = readonly { readonly Key: string; readonly Value: string }[];

const mostTags = 50;

/**
 * How tag keys are told apart: those of roles and users whatever the case, all others letter for letter.
 * Source: IAM User Guide, "Tags for AWS Identity and Access Management resources", case sensitivity.
 */
export interface TagRule {
  readonly fold: (key: string) => string;
  readonly duplicate: string;
}

export const principalTags: TagRule = {
  fold: (key) => key.toLowerCase(),
  duplicate: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
};

export const resourceTags: TagRule = { fold: (key) => key, duplicate: 'Duplicate tag keys found.' };

/** Tags as stored. Throws InvalidInput when a key is there twice or is reserved for AWS. */
export function readTags(rule: TagRule, tags: GivenTags = []): Tags {
  if (new Set(tags.map(({ Key }) => rule.fold(Key))).size < tags.length)
    throw new ServiceError('InvalidInput', rule.duplicate);
  if (tags.some(({ Key }) => Key.toLowerCase().startsWith('aws:')))
    throw new ServiceError('InvalidInput', 'Tag keys that begin with aws: are reserved for system use.');
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

export function describeTags(tags: Tags): Output[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The member `Tags` for answers that leave it out when there are none. */
export function tagsIfAny(tags: Tags): Output {
  const described = describeTags(tags);
  return { Tags: described.length === 0 ? undefined : described };
}

/** Adds tags, in place of those with the same keys. Throws InvalidInput, LimitExceeded and NoSuchEntity. */
export async function tag<T extends Tagged>(
  services: IamServices,
  kind: Kind<T>,
  rule: TagRule,
  name: string,
  given: GivenTags,
): Promise<undefined> {
  const added = readTags(rule, given);
  await change(services, kind, name, (document) => {
    const tags = { ...without(rule, document.tags, Object.keys(added)), ...added };
    if (Object.keys(tags).length > mostTags)
      throw new ServiceError('LimitExceeded', 'The number of tags has reached the maximum limit.');
    return { ...document, tags };
  });
  return undefined;
}

/** Removes tags; keys that are not there are passed over. Throws NoSuchEntity. */
export async function untag<T extends Tagged>(
  services: IamServices,
  kind: Kind<T>,
  rule: TagRule,
  name: string,
  keys: readonly string[],
): Promise<undefined> {
  await change(services, kind, name, (document) => ({
    ...document,
    tags: without(rule, document.tags, keys),
  }));
  return undefined;
}

/** A page of a resource's tags in the order of their keys. Throws NoSuchEntity. */
export async function listTags<T extends Tagged>(
  operation: string,
  services: IamServices,
  kind: Kind<T>,
  name: string,
  paging: Paging,
): Promise<Output> {
  const { value } = await find(services, kind, name);
  const { items, page } = pageOf(operation, paging, Object.entries(value.tags), ([key]) => key);
  return { Tags: items.map(([Key, Value]) => ({ Key, Value })), ...page };
}

function without(rule: TagRule, tags: Tags, keys: readonly string[]): Tags {
  const gone = new Set(keys.map(rule.fold));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(rule.fold(key))));
}
