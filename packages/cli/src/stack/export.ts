import type { Owned } from '../resources/resource.ts';
import { resourceType, resourceTypes } from '../resources/types.ts';
import { callCognito } from '../service/aws-api.ts';
import { inventory, type Listed } from '../service/inventory.ts';
import { isList, isObject, type Json, type JsonObject } from '../template/json.ts';
import { logicalIds } from './logical-ids.ts';
import { belongsTo, ownedParts } from './state.ts';
import { ownerOf, partsOf, type StackContext } from './tags.ts';

/**
 * A CloudFormation template of what is on the service: everything, or what belongs to one stack. Where one resource
 * names another the template has a reference, so that it makes the same again elsewhere, with ids of its own.
 */
export async function exportTemplate(
  place: Omit<StackContext, 'stack'>,
  stack: string | undefined,
): Promise<JsonObject> {
  const context = { ...place, stack: stack ?? '' };
  const listed = (await inventory(context.service)).filter(
    (item) => stack === undefined || belongsTo(stack, item),
  );
  const name = logicalIds();
  const found = listed.flatMap((item) => whole(item, listed, name));
  const references = await referencesTo(context, found);
  const parts = await Promise.all(
    listed.filter(({ kind }) => kind === 'pool').map((pool) => partsOfPool(context, pool, found, name)),
  );
  const inline = ownedParts(hostedParts(listed)).filter(({ type }) => type === 'AWS::IAM::Policy');

  const resources: Record<string, Json> = {};
  for (const owned of [...found, ...inline, ...parts.flat()]) {
    const logicalId = found.includes(owned) ? owned.logicalId : name(owned.logicalId);
    const before = await resourceType(owned.type)?.read(context, owned);
    if (before === undefined || isEmptyPart(before)) continue;
    const Properties = withReferences(withoutDefaults(before), references);
    resources[logicalId] = {
      Type: owned.type,
      ...(owned.retain && { DeletionPolicy: 'Retain' }),
      Properties,
    };
  }
  return { AWSTemplateFormatVersion: '2010-09-09', Resources: resources };
}

function whole(item: Listed, all: readonly Listed[], name: (wish: string) => string): Owned[] {
  const type = resourceTypes.find(({ tagged }) => tagged === item.kind)?.type;
  if (type === undefined) return [];
  const owner = ownerOf(item.tags);
  const hosts = hostedParts(all)
    .filter(({ part }) => part.kind === 'managed' && item.id.endsWith(`/${part.name}`))
    .map(({ host }) => host);
  return [
    {
      type,
      logicalId: name(owner?.logicalId ?? item.name),
      physicalId: item.id,
      retain: owner?.retain === true,
      hosts: item.kind === 'policy' ? hosts : [],
    },
  ];
}

function hostedParts(listed: readonly Listed[]) {
  return listed.flatMap(({ kind, id, tags }) => partsOf(tags).map((part) => ({ part, host: { kind, id } })));
}

/** A pool's roles, and the principal tags of every provider that it has; also those that no template made. */
async function partsOfPool(
  { service }: Pick<StackContext, 'service'>,
  pool: Listed,
  found: readonly Owned[],
  name: (wish: string) => string,
): Promise<Owned[]> {
  const poolName = found.find(({ physicalId }) => physicalId === pool.id)?.logicalId ?? name(pool.name);
  const tagged = ownedParts(hostedParts([pool]));
  const named = (type: string, physicalId: string, wish: string): Owned => {
    const logicalId = tagged.find((part) => part.type === type && part.physicalId === physicalId)?.logicalId;
    return { type, logicalId: logicalId ?? wish, physicalId, retain: false, hosts: [] };
  };
  const configured = await callCognito(service, 'DescribeIdentityPool', { IdentityPoolId: pool.id });
  const tags = providersOf(configured as JsonObject).map((provider) =>
    named('AWS::Cognito::IdentityPoolPrincipalTag', `${pool.id}|${provider}`, `${poolName}Tags`),
  );
  return [named('AWS::Cognito::IdentityPoolRoleAttachment', pool.id, `${poolName}Roles`), ...tags];
}

/** Every name by which the principal tags of a provider may be asked for. */
function providersOf(pool: JsonObject): string[] {
  const texts = (value: Json | undefined): string[] => (isList(value) ? value.map(String) : []);
  const userPools = isList(pool.CognitoIdentityProviders) ? pool.CognitoIdentityProviders : [];
  return [
    ...Object.keys(isObject(pool.SupportedLoginProviders) ? pool.SupportedLoginProviders : {}),
    ...texts(pool.OpenIdConnectProviderARNs).flatMap((arn) => [arn, arn.slice(arn.indexOf('/') + 1)]),
    ...texts(pool.SamlProviderARNs),
    ...userPools.flatMap((provider) =>
      isObject(provider) ? [`${provider.ProviderName}`, `${provider.ProviderName}:${provider.ClientId}`] : [],
    ),
  ];
}

/** An attachment without roles, or a map without tags, attaches and tags nothing. */
function isEmptyPart({ Roles, RoleMappings, PrincipalTags, UseDefaults }: JsonObject): boolean {
  const isEmpty = (value: Json | undefined): boolean => isObject(value) && Object.keys(value).length === 0;
  return (isEmpty(Roles) && isEmpty(RoleMappings)) || (isEmpty(PrincipalTags) && UseDefaults === false);
}

function withoutDefaults(properties: JsonObject): JsonObject {
  const isDefault = (name: string, value: Json): boolean =>
    value === '' ||
    (isList(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0) ||
    (name === 'Path' && value === '/') ||
    (name === 'MaxSessionDuration' && value === 3600) ||
    ((name === 'AllowClassicFlow' || name === 'UseDefaults') && value === false);
  const told = Object.entries(properties).filter(([name, value]) => !isDefault(name, value));
  return Object.fromEntries(
    told.map(([name, value]) => [name, name.endsWith('Tags') ? tagsOf(name, value) : value]),
  );
}

/** CloudFormation has a pool's and a role's tags as a list, and principal tags as an object. */
function tagsOf(name: string, value: Json): Json {
  if (name === 'PrincipalTags' || !isObject(value)) return value;
  return Object.entries(value).map(([Key, Value]) => ({ Key, Value }));
}

/** What stands for a text of this service in the template. */
type References = ReadonlyMap<string, { readonly expression: JsonObject; readonly variable: string }>;

async function referencesTo(context: StackContext, found: readonly Owned[]): Promise<References> {
  const references = new Map<string, { expression: JsonObject; variable: string }>();
  for (const { type, logicalId, physicalId } of found) {
    if (type !== 'AWS::IAM::Role') {
      references.set(physicalId, { expression: { Ref: logicalId }, variable: `\${${logicalId}}` });
      continue;
    }
    const { Arn = '' } = (await resourceType(type)?.attributes(context, physicalId)) ?? {};
    references.set(Arn, {
      expression: { 'Fn::GetAtt': [logicalId, 'Arn'] },
      variable: `\${${logicalId}.Arn}`,
    });
    references.set(physicalId, { expression: { Ref: logicalId }, variable: '' });
  }
  const accountId = { expression: { 'Fn::Sub': ':${AWS::AccountId}:' }, variable: ':${AWS::AccountId}:' };
  references.set(`:${context.account}:`, accountId);
  return references;
}

function withReferences(properties: JsonObject, references: References): JsonObject {
  const members = Object.entries(properties).map(([name, value]): [string, Json] => {
    if (name === 'RoleName' || name === 'ManagedPolicyName' || name === 'Url' || name === 'Name')
      return [name, value];
    if (name === 'RoleMappings' && isObject(value)) return [name, mappings(value, references)];
    return [name, refer(value, references, name === 'Roles' && isList(value))];
  });
  return Object.fromEntries(members);
}

/** A key cannot be a reference: the provider goes inside. */
function mappings(value: JsonObject, references: References): JsonObject {
  const named = Object.entries(value).map(([provider, mapping], index): [string, Json] => [
    `mapping${index + 1}`,
    { IdentityProvider: refer(provider, references), ...(isObject(mapping) && refer(mapping, references)) },
  ]);
  return Object.fromEntries(named);
}

function refer(value: JsonObject, references: References): JsonObject;
function refer(value: Json, references: References, isRoleName?: boolean): Json;
function refer(value: Json, references: References, isRoleName = false): Json {
  if (isList(value)) return value.map((item) => refer(item, references, isRoleName));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, refer(item, references)]));
  }
  if (typeof value !== 'string') return value;
  const exact = references.get(value);
  if (exact !== undefined && (exact.variable !== '' || isRoleName)) return exact.expression;
  const known = [...references].filter(([text, { variable }]) => variable !== '' && value.includes(text));
  if (known.length === 0) return value;
  let text = value.replaceAll('${', '${!');
  for (const [physical, { variable }] of known) text = text.replaceAll(physical, variable);
  return { 'Fn::Sub': text };
}
