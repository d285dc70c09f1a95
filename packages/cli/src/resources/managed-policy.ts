import { callIam, type Endpoint } from '../service/aws-api.ts';
import { listIam, policyDocument, tagList, textOf, unlessMissing } from '../service/iam.ts';
import { addTags, ownershipTags, partKey, partTags, removeTags, type StackContext } from '../stack/tags.ts';
import { isSame } from '../template/json.ts';
import { optionalText, policy, text, textSet } from './properties.ts';
import { generatedName, type ResourceType } from './resource.ts';

/** Its physical id is its ARN. Users and groups have no part in federation. */
export const managedPolicy: ResourceType = {
  type: 'AWS::IAM::ManagedPolicy',
  properties: ['ManagedPolicyName', 'Path', 'Description', 'PolicyDocument', 'Roles'],
  required: ['PolicyDocument'],
  fixed: ['ManagedPolicyName', 'Path', 'Description'],
  tagged: 'policy',

  normalise(given, at) {
    return {
      ...(given.ManagedPolicyName !== undefined && {
        ManagedPolicyName: text(given.ManagedPolicyName, `${at}.ManagedPolicyName`),
      }),
      Path: optionalText(given.Path, `${at}.Path`) ?? '/',
      Description: optionalText(given.Description, `${at}.Description`) ?? '',
      ...(given.PolicyDocument !== undefined && {
        PolicyDocument: policy(given.PolicyDocument, `${at}.PolicyDocument`),
      }),
      Roles: textSet(given.Roles, `${at}.Roles`),
    };
  },

  async read({ service }, { physicalId: PolicyArn, hosts }) {
    const found = await unlessMissing(callIam(service, 'GetPolicy', { PolicyArn }));
    if (found === undefined) return undefined;
    const VersionId = textOf(found.Policy, 'DefaultVersionId');
    const { PolicyVersion } = await callIam(service, 'GetPolicyVersion', { PolicyArn, VersionId });
    const attached = await roleNames(service, PolicyArn);
    return managedPolicy.normalise(
      {
        ManagedPolicyName: textOf(found.Policy, 'PolicyName'),
        Path: textOf(found.Policy, 'Path'),
        Description: textOf(found.Policy, 'Description'),
        PolicyDocument: policyDocument(textOf(PolicyVersion, 'Document')),
        Roles: hosts.map(({ id }) => id).filter((name) => attached.includes(name)),
      },
      '',
    );
  },

  async create(context, { logicalId, properties, retain }) {
    const { service, stack } = context;
    const { Policy } = await callIam(service, 'CreatePolicy', {
      PolicyName: optionalText(properties.ManagedPolicyName, '') ?? generatedName(stack, logicalId, 128),
      Path: text(properties.Path, ''),
      Description: text(properties.Description, '') || undefined,
      PolicyDocument: JSON.stringify(properties.PolicyDocument),
      Tags: tagList(ownershipTags(stack, logicalId, retain)),
    });
    const arn = textOf(Policy, 'Arn');
    await attach(context, arn, logicalId, textSet(properties.Roles, ''));
    return arn;
  },

  async update(context, { physicalId, hosts, logicalId }, { properties, retain }, before) {
    const { service, stack } = context;
    const roles = textSet(properties.Roles, '');
    for (const host of hosts) {
      if (roles.includes(host.id)) continue;
      await unlessMissing(callIam(service, 'DetachRolePolicy', { RoleName: host.id, PolicyArn: physicalId }));
      await unlessMissing(removeTags(context, host, [partKey(stack, logicalId)]));
    }
    if (!isSame(before.PolicyDocument, properties.PolicyDocument)) {
      await replaceVersions(service, physicalId, JSON.stringify(properties.PolicyDocument));
    }
    await attach(context, physicalId, logicalId, roles);
    await addTags(context, { kind: 'policy', id: physicalId }, ownershipTags(stack, logicalId, retain));
    return physicalId;
  },

  async delete(context, { physicalId: PolicyArn, hosts, logicalId }) {
    const { service } = context;
    for (const RoleName of await roleNames(service, PolicyArn))
      await callIam(service, 'DetachRolePolicy', { RoleName, PolicyArn });
    for (const host of hosts)
      await unlessMissing(removeTags(context, host, [partKey(context.stack, logicalId)]));
    await deleteOldVersions(service, PolicyArn);
    await callIam(service, 'DeletePolicy', { PolicyArn });
  },

  async attributes({ service }, physicalId) {
    const { Policy } = await callIam(service, 'GetPolicy', { PolicyArn: physicalId });
    const [PolicyId, DefaultVersionId] = [textOf(Policy, 'PolicyId'), textOf(Policy, 'DefaultVersionId')];
    return { PolicyArn: physicalId, PolicyId, DefaultVersionId };
  },
};

async function attach(
  context: StackContext,
  PolicyArn: string,
  logicalId: string,
  roles: readonly string[],
): Promise<void> {
  const name = PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1);
  const part = partTags({ stack: context.stack, logicalId, kind: 'managed', name });
  for (const RoleName of roles) {
    await addTags(context, { kind: 'role', id: RoleName }, part);
    await callIam(context.service, 'AttachRolePolicy', { RoleName, PolicyArn });
  }
}

/** The new version is the only one that stays: the template is the history. */
async function replaceVersions(service: Endpoint, PolicyArn: string, PolicyDocument: string): Promise<void> {
  // Room for one more: a policy has at most five.
  await deleteOldVersions(service, PolicyArn);
  await callIam(service, 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
  await deleteOldVersions(service, PolicyArn);
}

async function deleteOldVersions(service: Endpoint, PolicyArn: string): Promise<void> {
  for (const version of await listIam(service, 'ListPolicyVersions', 'Versions', { PolicyArn })) {
    if (textOf(version, 'IsDefaultVersion') === 'true') continue;
    await callIam(service, 'DeletePolicyVersion', { PolicyArn, VersionId: textOf(version, 'VersionId') });
  }
}

async function roleNames(service: Endpoint, PolicyArn: string): Promise<string[]> {
  const input = { PolicyArn, EntityFilter: 'Role', PolicyUsageFilter: 'PermissionsPolicy' };
  const roles = await listIam(service, 'ListEntitiesForPolicy', 'PolicyRoles', input);
  return roles.map((item) => textOf(item, 'RoleName'));
}
