import { callCognito, callIam, type Endpoint } from '../service/aws-api.ts';
import { tagList } from '../service/iam.ts';
import type { Listed } from '../service/inventory.ts';

export type Tags = Readonly<Record<string, string>>;

/** Something that carries tags. */
export type Tagged = Pick<Listed, 'kind' | 'id'>;

/** The service, the account it works for and the stack that a template becomes. */
export interface StackContext {
  readonly service: Endpoint;
  readonly account: string;
  readonly stack: string;
}

const prefix = 'daypass:';
const stackKey = `${prefix}stack`;
const logicalIdKey = `${prefix}logical-id`;
const retainKey = `${prefix}deletion-policy`;
const partPrefix = `${prefix}part:`;

/** A resource without tags of its own, remembered on the pool or role that it is a part of. */
export interface Part {
  readonly stack: string;
  readonly logicalId: string;
  readonly kind: 'roles' | 'principal-tags' | 'inline' | 'managed';
  /** The provider of principal tags or the name of a policy; else empty. */
  readonly name: string;
}

/** The tags by which a resource is found again as the one a template calls `logicalId`. */
export function ownershipTags(stack: string, logicalId: string, retain: boolean): Tags {
  return { [stackKey]: stack, [logicalIdKey]: logicalId, [retainKey]: retain ? 'Retain' : 'Delete' };
}

export function ownerOf(tags: Tags): { stack: string; logicalId: string; retain: boolean } | undefined {
  const { [stackKey]: stack, [logicalIdKey]: logicalId, [retainKey]: deletion } = tags;
  if (stack === undefined || logicalId === undefined) return undefined;
  return { stack, logicalId, retain: deletion === 'Retain' };
}

// A comma may stand in the name of a policy but not in a tag's value, a colon the other way round.
export function partTags({ stack, logicalId, kind, name }: Part): Tags {
  const isPolicy = kind === 'inline' || kind === 'managed';
  return { [partKey(stack, logicalId)]: `${kind}/${isPolicy ? name.replaceAll(',', ':') : name}` };
}

export function partKey(stack: string, logicalId: string): string {
  return `${partPrefix}${stack}/${logicalId}`;
}

export function partsOf(tags: Tags): Part[] {
  return Object.entries(tags).flatMap(([key, value]): Part[] => {
    if (!key.startsWith(partPrefix)) return [];
    const [stack = '', logicalId = ''] = key.slice(partPrefix.length).split('/');
    const slash = value.indexOf('/');
    const [kind, name] = [value.slice(0, slash), value.slice(slash + 1)];
    if (kind === 'roles' || kind === 'principal-tags') return [{ stack, logicalId, kind, name }];
    if (kind === 'inline' || kind === 'managed')
      return [{ stack, logicalId, kind, name: name.replaceAll(':', ',') }];
    return [];
  });
}

/** The tags that people gave. */
export function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(prefix)));
}

/** The tags that say what a resource belongs to. */
export function reservedTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(prefix)));
}

export function isReserved(key: string): boolean {
  return key.startsWith(prefix);
}

const iamTagging = {
  role: ['TagRole', 'UntagRole', 'RoleName'],
  policy: ['TagPolicy', 'UntagPolicy', 'PolicyArn'],
  'oidc-provider': ['TagOpenIDConnectProvider', 'UntagOpenIDConnectProvider', 'OpenIDConnectProviderArn'],
  'saml-provider': ['TagSAMLProvider', 'UntagSAMLProvider', 'SAMLProviderArn'],
} as const;

export async function addTags(context: StackContext, { kind, id }: Tagged, tags: Tags): Promise<void> {
  if (kind === 'pool') {
    await callCognito(context.service, 'TagResource', { ResourceArn: poolArn(context, id), Tags: tags });
    return;
  }
  const [operation, , identifier] = iamTagging[kind];
  await callIam(context.service, operation, { [identifier]: id, Tags: tagList(tags) });
}

export async function removeTags(
  context: StackContext,
  { kind, id }: Tagged,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  if (kind === 'pool') {
    await callCognito(context.service, 'UntagResource', { ResourceArn: poolArn(context, id), TagKeys: keys });
    return;
  }
  const [, operation, identifier] = iamTagging[kind];
  await callIam(context.service, operation, { [identifier]: id, TagKeys: keys });
}

/** Lets a resource go: it stays, and no template has it any longer. */
export function disown(context: StackContext, resource: Tagged): Promise<void> {
  return removeTags(context, resource, [stackKey, logicalIdKey, retainKey]);
}

/** Gives a resource exactly the tags that people want on it, beside those that are reserved. */
export async function replaceOwnTags(
  context: StackContext,
  resource: Tagged,
  before: Tags,
  wanted: Tags,
): Promise<void> {
  // Removed first: roles take two keys that differ in case for the same.
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(wanted, key));
  await removeTags(context, resource, gone);
  if (Object.keys(wanted).length > 0) await addTags(context, resource, wanted);
}

function poolArn({ service, account }: StackContext, poolId: string): string {
  return `arn:aws:cognito-identity:${service.region}:${account}:identitypool/${poolId}`;
}
