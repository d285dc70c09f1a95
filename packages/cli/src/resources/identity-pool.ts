import { callCognito } from '../service/aws-api.ts';
import { unlessMissing } from '../service/iam.ts';
import {
  addTags,
  ownershipTags,
  ownTags,
  reservedTags,
  type StackContext,
  type Tags,
} from '../stack/tags.ts';
import type { Json, JsonObject } from '../template/json.ts';
import { items, object, tags, text, textMap, textSet, truth } from './properties.ts';
import { generatedName, type ResourceType } from './resource.ts';

export const identityPool: ResourceType = {
  type: 'AWS::Cognito::IdentityPool',
  properties: [
    'IdentityPoolName',
    'AllowUnauthenticatedIdentities',
    'AllowClassicFlow',
    'SupportedLoginProviders',
    'DeveloperProviderName',
    'OpenIdConnectProviderARNs',
    'CognitoIdentityProviders',
    'SamlProviderARNs',
    'IdentityPoolTags',
  ],
  required: ['AllowUnauthenticatedIdentities'],
  fixed: [],
  tagged: 'pool',

  normalise(given, at) {
    const { IdentityPoolName, DeveloperProviderName } = given;
    return {
      ...(IdentityPoolName !== undefined && {
        IdentityPoolName: text(IdentityPoolName, `${at}.IdentityPoolName`),
      }),
      // Once set, the service keeps it.
      ...(DeveloperProviderName !== undefined && {
        DeveloperProviderName: text(DeveloperProviderName, `${at}.DeveloperProviderName`),
      }),
      AllowUnauthenticatedIdentities: truth(
        given.AllowUnauthenticatedIdentities,
        `${at}.AllowUnauthenticatedIdentities`,
      ),
      AllowClassicFlow: truth(given.AllowClassicFlow, `${at}.AllowClassicFlow`),
      SupportedLoginProviders: textMap(given.SupportedLoginProviders, `${at}.SupportedLoginProviders`),
      OpenIdConnectProviderARNs: textSet(given.OpenIdConnectProviderARNs, `${at}.OpenIdConnectProviderARNs`),
      CognitoIdentityProviders: items(given.CognitoIdentityProviders, `${at}.CognitoIdentityProviders`).map(
        (provider, index) => userPool(provider, `${at}.CognitoIdentityProviders[${index}]`),
      ),
      SamlProviderARNs: textSet(given.SamlProviderARNs, `${at}.SamlProviderARNs`),
      IdentityPoolTags: tags(given.IdentityPoolTags, `${at}.IdentityPoolTags`),
    };
  },

  async read(context, { physicalId }) {
    const pool = await describe(context, physicalId);
    if (pool === undefined) return undefined;
    const { IdentityPoolId: _, IdentityPoolTags, ...properties } = pool;
    return { ...identityPool.normalise(properties, ''), IdentityPoolTags: ownTags(tagsIn(pool)) };
  },

  async create({ service, stack }, { logicalId, properties, retain }) {
    const { IdentityPoolId } = await callCognito(service, 'CreateIdentityPool', {
      IdentityPoolName: generatedName(stack, logicalId, 128),
      ...properties,
      IdentityPoolTags: {
        ...textMap(properties.IdentityPoolTags, ''),
        ...ownershipTags(stack, logicalId, retain),
      },
    });
    return String(IdentityPoolId);
  },

  async update(context, { physicalId }, { logicalId, properties, retain }, before) {
    const pool = (await describe(context, physicalId)) ?? {};
    // The update replaces every tag, also those that say what the pool belongs to.
    await callCognito(context.service, 'UpdateIdentityPool', {
      IdentityPoolId: physicalId,
      IdentityPoolName: before.IdentityPoolName,
      ...properties,
      IdentityPoolTags: { ...textMap(properties.IdentityPoolTags, ''), ...reservedTags(tagsIn(pool)) },
    });
    await addTags(context, { kind: 'pool', id: physicalId }, ownershipTags(context.stack, logicalId, retain));
    return physicalId;
  },

  async delete({ service }, { physicalId }) {
    await callCognito(service, 'DeleteIdentityPool', { IdentityPoolId: physicalId });
  },

  async attributes(context, physicalId) {
    const pool = await describe(context, physicalId);
    return { Id: physicalId, Name: text(pool?.IdentityPoolName, 'Name') };
  },
};

function describe({ service }: StackContext, poolId: string): Promise<JsonObject | undefined> {
  const asking = callCognito(service, 'DescribeIdentityPool', { IdentityPoolId: poolId });
  return unlessMissing(asking.then((pool) => pool as JsonObject));
}

function tagsIn(pool: JsonObject): Tags {
  return textMap(pool.IdentityPoolTags, 'IdentityPoolTags');
}

function userPool(value: Json, at: string): JsonObject {
  const given = object(value, at, ['ClientId', 'ProviderName', 'ServerSideTokenCheck']);
  return {
    ClientId: text(given.ClientId, `${at}.ClientId`),
    ProviderName: text(given.ProviderName, `${at}.ProviderName`),
    ServerSideTokenCheck: truth(given.ServerSideTokenCheck, `${at}.ServerSideTokenCheck`),
  };
}
