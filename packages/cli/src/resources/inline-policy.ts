import { callIam } from '../service/aws-api.ts';
import { policyDocument, unlessMissing } from '../service/iam.ts';
import { addTags, partKey, partTags, removeTags, type StackContext } from '../stack/tags.ts';
import type { Json } from '../template/json.ts';
import { policy, text, textSet } from './properties.ts';
import type { ResourceType, Wanted } from './resource.ts';

/** A policy inside one or more roles. Users and groups have no part in federation. */
export const inlinePolicy: ResourceType = {
  type: 'AWS::IAM::Policy',
  properties: ['PolicyName', 'PolicyDocument', 'Roles'],
  required: ['PolicyName', 'PolicyDocument', 'Roles'],
  fixed: [],

  normalise(given, at) {
    return {
      ...(given.PolicyName !== undefined && { PolicyName: text(given.PolicyName, `${at}.PolicyName`) }),
      ...(given.PolicyDocument !== undefined && {
        PolicyDocument: policy(given.PolicyDocument, `${at}.PolicyDocument`),
      }),
      Roles: textSet(given.Roles, `${at}.Roles`),
    };
  },

  async read({ service }, { physicalId: PolicyName, hosts }) {
    const documents = new Map<string, Json>();
    for (const { id: RoleName } of hosts) {
      const found = await unlessMissing(callIam(service, 'GetRolePolicy', { RoleName, PolicyName }));
      if (found) documents.set(RoleName, policyDocument(String(found.PolicyDocument)));
    }
    const [document, ...others] = new Set([...documents.values()].map((item) => JSON.stringify(item)));
    if (document === undefined) return undefined;
    return {
      PolicyName,
      // Roles that say different things all get the template's.
      PolicyDocument: others.length === 0 ? JSON.parse(document) : {},
      Roles: [...documents.keys()].sort(),
    };
  },

  create: put,

  async update(context, owned, wanted, _before) {
    const roles = textSet(wanted.properties.Roles, '');
    const isRenamed = wanted.properties.PolicyName !== owned.physicalId;
    const left = owned.hosts.filter(({ id }) => isRenamed || !roles.includes(id));
    await inlinePolicy.delete(context, { ...owned, hosts: left });
    return put(context, wanted);
  },

  async delete(context, { physicalId: PolicyName, logicalId, hosts }) {
    for (const host of hosts) {
      await unlessMissing(callIam(context.service, 'DeleteRolePolicy', { RoleName: host.id, PolicyName }));
      await unlessMissing(removeTags(context, host, [partKey(context.stack, logicalId)]));
    }
  },

  async attributes(_context, physicalId) {
    return { Id: physicalId };
  },
};

/** The tag goes first: what breaks off half-way is found again. */
async function put(context: StackContext, { logicalId, properties }: Wanted): Promise<string> {
  const PolicyName = text(properties.PolicyName, 'PolicyName');
  const PolicyDocument = JSON.stringify(properties.PolicyDocument);
  const part = { stack: context.stack, logicalId, kind: 'inline', name: PolicyName } as const;
  for (const RoleName of textSet(properties.Roles, 'Roles')) {
    await addTags(context, { kind: 'role', id: RoleName }, partTags(part));
    await callIam(context.service, 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument });
  }
  return PolicyName;
}
