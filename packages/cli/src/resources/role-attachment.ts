import { callCognito } from '../service/aws-api.ts';
import { unlessMissing } from '../service/iam.ts';
import { addTags, partKey, partTags, removeTags, type StackContext } from '../stack/tags.ts';
import type { Json, JsonObject } from '../template/json.ts';
import { TemplateError } from '../template/template-error.ts';
import { items, object, optionalText, text, textMap } from './properties.ts';
import type { ResourceType, Wanted } from './resource.ts';

export const roleAttachment: ResourceType = {
  type: 'AWS::Cognito::IdentityPoolRoleAttachment',
  properties: ['IdentityPoolId', 'Roles', 'RoleMappings'],
  required: ['IdentityPoolId'],
  fixed: [],

  normalise(given, at) {
    return {
      ...(given.IdentityPoolId !== undefined && {
        IdentityPoolId: text(given.IdentityPoolId, `${at}.IdentityPoolId`),
      }),
      Roles: textMap(given.Roles, `${at}.Roles`),
      RoleMappings: roleMappings(given.RoleMappings, `${at}.RoleMappings`),
    };
  },

  async read({ service }, { physicalId }) {
    const asking = callCognito(service, 'GetIdentityPoolRoles', { IdentityPoolId: physicalId });
    const roles = await unlessMissing(asking.then((answer) => answer as JsonObject));
    return roles && roleAttachment.normalise(roles, '');
  },

  create: attach,

  async update(context, owned, wanted, before) {
    const { IdentityPoolId } = wanted.properties;
    if (IdentityPoolId !== before.IdentityPoolId) await roleAttachment.delete(context, owned);
    return attach(context, wanted);
  },

  async delete(context, { physicalId, logicalId }) {
    const host = { kind: 'pool', id: physicalId } as const;
    await unlessMissing(
      callCognito(context.service, 'SetIdentityPoolRoles', { IdentityPoolId: physicalId, Roles: {} }),
    );
    await unlessMissing(removeTags(context, host, [partKey(context.stack, logicalId)]));
  },

  async attributes(_context, physicalId) {
    return { Id: physicalId };
  },
};

async function attach(context: StackContext, { logicalId, properties }: Wanted): Promise<string> {
  const poolId = text(properties.IdentityPoolId, 'IdentityPoolId');
  await callCognito(context.service, 'SetIdentityPoolRoles', properties);
  const part = { stack: context.stack, logicalId, kind: 'roles', name: '' } as const;
  await addTags(context, { kind: 'pool', id: poolId }, partTags(part));
  return poolId;
}

/** Mappings by provider: a template may give them other keys and say `IdentityProvider` inside. */
function roleMappings(value: Json | undefined, at: string): JsonObject {
  const mappings: Record<string, Json> = {};
  for (const [key, item] of Object.entries(object(value, at))) {
    const mapping = object(item, `${at}.${key}`, [
      'AmbiguousRoleResolution',
      'IdentityProvider',
      'RulesConfiguration',
      'Type',
    ]);
    const provider = optionalText(mapping.IdentityProvider, `${at}.${key}.IdentityProvider`) ?? key;
    if (Object.hasOwn(mappings, provider))
      throw new TemplateError(`${at}.${key}`, `${provider} is mapped twice.`);
    const ambiguous = optionalText(mapping.AmbiguousRoleResolution, `${at}.${key}.AmbiguousRoleResolution`);
    mappings[provider] = {
      Type: text(mapping.Type, `${at}.${key}.Type`),
      ...(ambiguous !== undefined && { AmbiguousRoleResolution: ambiguous }),
      ...(mapping.RulesConfiguration !== undefined && {
        RulesConfiguration: rules(mapping.RulesConfiguration, `${at}.${key}.RulesConfiguration`),
      }),
    };
  }
  return mappings;
}

function rules(value: Json, at: string): JsonObject {
  const { Rules } = object(value, at, ['Rules']);
  return {
    Rules: items(Rules, `${at}.Rules`).map((item, index) => {
      const here = `${at}.Rules[${index}]`;
      const rule = object(item, here, ['Claim', 'MatchType', 'RoleARN', 'Value']);
      return {
        Claim: text(rule.Claim, `${here}.Claim`),
        MatchType: text(rule.MatchType, `${here}.MatchType`),
        RoleARN: text(rule.RoleARN, `${here}.RoleARN`),
        Value: text(rule.Value, `${here}.Value`),
      };
    }),
  };
}
