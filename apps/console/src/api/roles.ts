import type { Api } from './client.ts';
import { everyPage } from './pages.ts';
import { find, membersAt, textAt, type XmlElement } from './xml.ts';

export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly created: Date;
  /** JSON text. */
  readonly trustPolicy: string;
  readonly boundaryArn: string | undefined;
}

/** A policy of a role, with its text. */
export interface RolePolicy {
  readonly kind: 'inline' | 'managed';
  /** The name of an inline policy, the ARN of a managed one. */
  readonly name: string;
  /** JSON text. */
  readonly document: string;
}

export function listRoles(api: Api): Promise<readonly Role[]> {
  return everyPage(async (Marker) => {
    const answer = await api.iam('ListRoles', { MaxItems: '100', ...(Marker !== undefined && { Marker }) });
    return { items: membersAt(answer, 'Roles').map(readRole), next: nextOf(answer) };
  });
}

export async function readRoleOf(api: Api, RoleName: string): Promise<Role> {
  const role = find(await api.iam('GetRole', { RoleName }), 'Role');
  if (role === undefined) throw new Error('the answer has no role');
  return readRole(role);
}

/** Every policy that grants a role something, inline ones first. */
export async function policiesOfRole(api: Api, RoleName: string): Promise<readonly RolePolicy[]> {
  const [inline, attached] = await Promise.all([
    api.iam('ListRolePolicies', { RoleName }),
    api.iam('ListAttachedRolePolicies', { RoleName }),
  ]);
  const ofInline = membersAt(inline, 'PolicyNames').map(async ({ text: PolicyName }) => {
    const answer = await api.iam('GetRolePolicy', { RoleName, PolicyName });
    return { kind: 'inline', name: PolicyName, document: documentAt(answer, 'PolicyDocument') } as const;
  });
  const ofManaged = membersAt(attached, 'AttachedPolicies').map((policy) =>
    readManagedPolicy(api, textAt(policy, 'PolicyArn')),
  );
  return Promise.all([...ofInline, ...ofManaged]);
}

/** The default version of a managed policy. */
async function readManagedPolicy(api: Api, PolicyArn: string): Promise<RolePolicy> {
  const policy = await api.iam('GetPolicy', { PolicyArn });
  const VersionId = textAt(policy, 'Policy', 'DefaultVersionId');
  const answer = await api.iam('GetPolicyVersion', { PolicyArn, VersionId });
  return { kind: 'managed', name: PolicyArn, document: documentAt(answer, 'PolicyVersion', 'Document') };
}

/** The name at the end of a role's ARN. */
export function roleNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function readRole(role: XmlElement): Role {
  return {
    name: textAt(role, 'RoleName'),
    arn: textAt(role, 'Arn'),
    description: textAt(role, 'Description'),
    maxSessionDuration: Number(textAt(role, 'MaxSessionDuration')),
    created: new Date(textAt(role, 'CreateDate')),
    trustPolicy: documentAt(role, 'AssumeRolePolicyDocument'),
    boundaryArn: textAt(role, 'PermissionsBoundary', 'PermissionsBoundaryArn') || undefined,
  };
}

/** Documents are percent-encoded in answers. */
function documentAt(element: XmlElement, ...path: readonly string[]): string {
  return decodeURIComponent(textAt(element, ...path));
}

function nextOf(answer: XmlElement): string | undefined {
  return textAt(answer, 'IsTruncated') === 'true' ? textAt(answer, 'Marker') : undefined;
}
