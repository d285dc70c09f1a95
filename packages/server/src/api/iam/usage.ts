import { every } from './listing.ts';
import type { IamServices } from './services.ts';

/** A role or a user that a managed policy is used by. */
export interface PolicyUser {
  readonly kind: 'Role' | 'User';
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

/** Who uses a managed policy. */
export interface Usage {
  readonly attachedTo: readonly PolicyUser[];
  readonly boundaryOf: readonly PolicyUser[];
}

/** Every managed policy in use, by its ARN: read from the roles and users themselves, so that nothing can disagree. */
export async function usageOfPolicies({ store }: IamServices): Promise<ReadonlyMap<string, Usage>> {
  const usage = new Map<string, { attachedTo: PolicyUser[]; boundaryOf: PolicyUser[] }>();
  const of = (arn: string) => {
    const known = usage.get(arn) ?? { attachedTo: [], boundaryOf: [] };
    usage.set(arn, known);
    return known;
  };
  const count = (
    document: {
      readonly attachedPolicyArns: readonly string[];
      readonly permissionsBoundaryArn?: string | undefined;
    },
    user: PolicyUser,
  ) => {
    for (const arn of document.attachedPolicyArns) of(arn).attachedTo.push(user);
    if (document.permissionsBoundaryArn !== undefined)
      of(document.permissionsBoundaryArn).boundaryOf.push(user);
  };
  for await (const { value } of every(store.collection('users'))) {
    count(value, { kind: 'User', name: value.userName, id: value.userId, path: value.path });
  }
  for await (const { value } of every(store.collection('roles'))) {
    count(value, { kind: 'Role', name: value.roleName, id: value.roleId, path: value.path });
  }
  return usage;
}
