import { callCognito } from '../service/aws-api.ts';
import { unlessMissing } from '../service/iam.ts';
import { addTags, partKey, partTags, removeTags, type StackContext } from '../stack/tags.ts';
import type { JsonObject } from '../template/json.ts';
import { text, textMap, truth } from './properties.ts';
import type { ResourceType, Wanted } from './resource.ts';

/** Its physical id is `pool|provider`, as on AWS. */
export const principalTag: ResourceType = {
  type: 'AWS::Cognito::IdentityPoolPrincipalTag',
  properties: ['IdentityPoolId', 'IdentityProviderName', 'PrincipalTags', 'UseDefaults'],
  required: ['IdentityPoolId', 'IdentityProviderName'],
  fixed: [],

  normalise(given, at) {
    const { IdentityPoolId, IdentityProviderName } = given;
    return {
      ...(IdentityPoolId !== undefined && { IdentityPoolId: text(IdentityPoolId, `${at}.IdentityPoolId`) }),
      ...(IdentityProviderName !== undefined && {
        IdentityProviderName: text(IdentityProviderName, `${at}.IdentityProviderName`),
      }),
      UseDefaults: truth(given.UseDefaults, `${at}.UseDefaults`),
      PrincipalTags: textMap(given.PrincipalTags, `${at}.PrincipalTags`),
    };
  },

  async read({ service }, { physicalId }) {
    const asking = callCognito(service, 'GetPrincipalTagAttributeMap', poolAndProvider(physicalId));
    const map = await unlessMissing(asking.then((answer) => answer as JsonObject));
    return map && principalTag.normalise(map, '');
  },

  create: set,

  async update(context, owned, wanted) {
    if (physicalIdOf(wanted.properties) !== owned.physicalId) await principalTag.delete(context, owned);
    return set(context, wanted);
  },

  // There is no way to take a map away: without defaults and tags it tags nothing.
  async delete(context, { physicalId, logicalId }) {
    const { IdentityPoolId, IdentityProviderName } = poolAndProvider(physicalId);
    const nothing = { IdentityPoolId, IdentityProviderName, UseDefaults: false, PrincipalTags: {} };
    await unlessMissing(
      callCognito(context.service, 'SetPrincipalTagAttributeMap', nothing).catch((error: unknown) => {
        // The provider has left the pool, and its tags mean nothing any longer.
        if (!String(error).includes('is not a configured provider')) throw error;
      }),
    );
    const host = { kind: 'pool', id: IdentityPoolId } as const;
    await unlessMissing(removeTags(context, host, [partKey(context.stack, logicalId)]));
  },

  async attributes() {
    return {};
  },
};

async function set(context: StackContext, { logicalId, properties }: Wanted): Promise<string> {
  await callCognito(context.service, 'SetPrincipalTagAttributeMap', properties);
  const { IdentityPoolId, IdentityProviderName } = properties;
  const name = text(IdentityProviderName, 'IdentityProviderName');
  const host = { kind: 'pool', id: text(IdentityPoolId, 'IdentityPoolId') } as const;
  const part = { stack: context.stack, logicalId, kind: 'principal-tags', name } as const;
  await addTags(context, host, partTags(part));
  return physicalIdOf(properties);
}

function physicalIdOf({ IdentityPoolId, IdentityProviderName }: JsonObject): string {
  return `${IdentityPoolId}|${IdentityProviderName}`;
}

function poolAndProvider(physicalId: string): { IdentityPoolId: string; IdentityProviderName: string } {
  const bar = physicalId.indexOf('|');
  return { IdentityPoolId: physicalId.slice(0, bar), IdentityProviderName: physicalId.slice(bar + 1) };
}
