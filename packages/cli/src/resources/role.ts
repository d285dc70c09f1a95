import { callIam, type Endpoint } from '../service/aws-api.ts';
import { listIam, policyDocument, tagList, tagsOf, textOf, unlessMissing } from '../service/iam.ts';
import {
  addTags,
  ownershipTags,
  ownTags,
  partsOf,
  replaceOwnTags,
  type StackContext,
} from '../stack/tags.ts';
import { isSame, type Json, type JsonObject } from '../template/json.ts';
import {
  items,
  object,
  optionalText,
  policy,
  tags,
  text,
  textMap,
  textSet,
  wholeNumber,
} from './properties.ts';
import { generatedName, type ResourceType, type Wanted } from './resource.ts';

/**
 * A role is all that its template says: inline and attached policies that others put there go away, save those of the
 * template's own AWS::IAM::Policy and AWS::IAM::ManagedPolicy.
 */
export const role: ResourceType = {
  type: 'AWS::IAM::Role',
  properties: [
    'RoleName',
    'Path',
    'AssumeRolePolicyDocument',
    'Description',
    'MaxSessionDuration',
    'PermissionsBoundary',
    'ManagedPolicyArns',
    'Policies',
    'Tags',
  ],
  required: ['AssumeRolePolicyDocument'],
  fixed: ['RoleName', 'Path'],
  tagged: 'role',

  normalise(given, at) {
    return {
      ...(given.RoleName !== undefined && { RoleName: text(given.RoleName, `${at}.RoleName`) }),
      Path: optionalText(given.Path, `${at}.Path`) ?? '/',
      ...(given.AssumeRolePolicyDocument !== undefined && {
        AssumeRolePolicyDocument: policy(given.AssumeRolePolicyDocument, `${at}.AssumeRolePolicyDocument`),
      }),
      Description: optionalText(given.Description, `${at}.Description`) ?? '',
      MaxSessionDuration: wholeNumber(given.MaxSessionDuration ?? 3600, `${at}.MaxSessionDuration`),
      PermissionsBoundary: optionalText(given.PermissionsBoundary, `${at}.PermissionsBoundary`) ?? '',
      ManagedPolicyArns: textSet(given.ManagedPolicyArns, `${at}.ManagedPolicyArns`),
      Policies: inlinePolicies(given.Policies, `${at}.Policies`),
      Tags: tags(given.Tags, `${at}.Tags`),
    };
  },

  async read({ service }, { physicalId }) {
    const found = await unlessMissing(callIam(service, 'GetRole', { RoleName: physicalId }));
    return found && describe(service, found.Role);
  },

  async create(context, { logicalId, properties, retain }) {
    const { service, stack } = context;
    const RoleName = optionalText(properties.RoleName, '') ?? generatedName(stack, logicalId, 64);
    await callIam(service, 'CreateRole', {
      RoleName,
      Path: text(properties.Path, ''),
      AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
      Description: text(properties.Description, '') || undefined,
      MaxSessionDuration: text(properties.MaxSessionDuration, ''),
      PermissionsBoundary: text(properties.PermissionsBoundary, '') || undefined,
      Tags: tagList({ ...textMap(properties.Tags, ''), ...ownershipTags(stack, logicalId, retain) }),
    });
    await settlePolicies(service, RoleName, {}, properties);
    return RoleName;
  },

  async update(context, { physicalId }, wanted, before) {
    const { service, stack } = context;
    const { properties } = wanted;
    const RoleName = physicalId;
    if (!isSame(before.AssumeRolePolicyDocument, properties.AssumeRolePolicyDocument)) {
      const PolicyDocument = JSON.stringify(properties.AssumeRolePolicyDocument);
      await callIam(service, 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    }
    await callIam(service, 'UpdateRole', {
      RoleName,
      Description: text(properties.Description, ''),
      MaxSessionDuration: text(properties.MaxSessionDuration, ''),
    });
    await settleBoundary(context, RoleName, wanted, before);
    await settlePolicies(service, RoleName, before, properties);
    const resource = { kind: 'role', id: RoleName } as const;
    await replaceOwnTags(context, resource, textMap(before.Tags, ''), textMap(properties.Tags, ''));
    await addTags(context, resource, ownershipTags(stack, wanted.logicalId, wanted.retain));
    return RoleName;
  },

  async delete({ service }, { physicalId: RoleName }) {
    for (const PolicyName of await inlineNames(service, RoleName))
      await callIam(service, 'DeleteRolePolicy', { RoleName, PolicyName });
    for (const PolicyArn of await attachedArns(service, RoleName))
      await callIam(service, 'DetachRolePolicy', { RoleName, PolicyArn });
    await callIam(service, 'DeleteRole', { RoleName });
  },

  async attributes({ service }, physicalId) {
    const { Role } = await callIam(service, 'GetRole', { RoleName: physicalId });
    return { Arn: textOf(Role, 'Arn'), RoleId: textOf(Role, 'RoleId') };
  },
};

async function describe(service: Endpoint, found: unknown): Promise<JsonObject> {
  const RoleName = textOf(found, 'RoleName');
  const allTags = tagsOf(Reflect.get(Object(found), 'Tags'));
  const boundary: unknown = Reflect.get(Object(found), 'PermissionsBoundary');
  const others = partsOf(allTags);
  const isOthers = (kind: 'inline' | 'managed', name: string): boolean =>
    others.some((part) => part.kind === kind && part.name === name);
  const Policies: Json[] = [];
  for (const PolicyName of await inlineNames(service, RoleName)) {
    if (isOthers('inline', PolicyName)) continue;
    const { PolicyDocument } = await callIam(service, 'GetRolePolicy', { RoleName, PolicyName });
    Policies.push({ PolicyName, PolicyDocument: policyDocument(String(PolicyDocument)) });
  }
  const attached = await attachedArns(service, RoleName);
  return role.normalise(
    {
      RoleName,
      Path: textOf(found, 'Path'),
      AssumeRolePolicyDocument: policyDocument(textOf(found, 'AssumeRolePolicyDocument')),
      Description: textOf(found, 'Description'),
      MaxSessionDuration: textOf(found, 'MaxSessionDuration'),
      PermissionsBoundary: textOf(boundary, 'PermissionsBoundaryArn'),
      ManagedPolicyArns: attached.filter((arn) => !isOthers('managed', arn.slice(arn.lastIndexOf('/') + 1))),
      Policies,
      Tags: ownTags(allTags),
    },
    '',
  );
}

function inlinePolicies(value: Json | undefined, at: string): JsonObject[] {
  return items(value, at)
    .map((item, index) => {
      const { PolicyName, PolicyDocument } = object(item, `${at}[${index}]`, [
        'PolicyName',
        'PolicyDocument',
      ]);
      return {
        PolicyName: text(PolicyName, `${at}[${index}].PolicyName`),
        PolicyDocument: policy(PolicyDocument, `${at}[${index}].PolicyDocument`),
      };
    })
    .sort((a, b) => (a.PolicyName < b.PolicyName ? -1 : 1));
}

async function settleBoundary(
  { service }: StackContext,
  RoleName: string,
  { properties }: Wanted,
  before: JsonObject,
): Promise<void> {
  const { PermissionsBoundary } = properties;
  if (PermissionsBoundary === before.PermissionsBoundary) return;
  if (PermissionsBoundary === '') await callIam(service, 'DeleteRolePermissionsBoundary', { RoleName });
  else {
    await callIam(service, 'PutRolePermissionsBoundary', {
      RoleName,
      PermissionsBoundary: text(PermissionsBoundary, ''),
    });
  }
}

/** What goes away goes first: a role never has both more than it had and more than it will have. */
async function settlePolicies(
  service: Endpoint,
  RoleName: string,
  before: JsonObject,
  wanted: JsonObject,
): Promise<void> {
  const [inlineBefore, inline] = [documents(before), documents(wanted)];
  const [attachedBefore, attached] = [
    textSet(before.ManagedPolicyArns, ''),
    textSet(wanted.ManagedPolicyArns, ''),
  ];
  for (const PolicyName of inlineBefore.keys())
    if (!inline.has(PolicyName)) await callIam(service, 'DeleteRolePolicy', { RoleName, PolicyName });
  for (const PolicyArn of attachedBefore)
    if (!attached.includes(PolicyArn)) await callIam(service, 'DetachRolePolicy', { RoleName, PolicyArn });
  for (const [PolicyName, document] of inline) {
    if (isSame(inlineBefore.get(PolicyName), document)) continue;
    await callIam(service, 'PutRolePolicy', {
      RoleName,
      PolicyName,
      PolicyDocument: JSON.stringify(document),
    });
  }
  for (const PolicyArn of attached)
    if (!attachedBefore.includes(PolicyArn))
      await callIam(service, 'AttachRolePolicy', { RoleName, PolicyArn });
}

function documents({ Policies }: JsonObject): ReadonlyMap<string, JsonObject> {
  return new Map(
    inlinePolicies(Policies, '').map(({ PolicyName, PolicyDocument }) => [
      text(PolicyName, ''),
      policy(PolicyDocument, ''),
    ]),
  );
}

async function inlineNames(service: Endpoint, RoleName: string): Promise<string[]> {
  return (await listIam(service, 'ListRolePolicies', 'PolicyNames', { RoleName })).map(String);
}

async function attachedArns(service: Endpoint, RoleName: string): Promise<string[]> {
  const attached = await listIam(service, 'ListAttachedRolePolicies', 'AttachedPolicies', { RoleName });
  return attached.map((item) => textOf(item, 'PolicyArn'));
}
