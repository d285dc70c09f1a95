import { roleArn } from '../../access/arn.ts';
import type { RoleDocument } from '../../store/documents.ts';
import type { Output } from '../protocol/operation.ts';
import type { Kind } from './kind.ts';
import { percentEncoded } from './policy-text.ts';
import type { IamServices } from './services.ts';

export const roles: Kind<RoleDocument> = {
  noun: 'role',
  collection: ({ store }) => store.collection('roles'),
  key: (_, roleName) => roleName.toLowerCase(),
  missing: (roleName) => `The role with name ${roleName} cannot be found.`,
  forget: (services, key) => services.roles.forget(key),
};

/** What operations on a role by its name are authorised for. */
export function roleResource(_: IamServices, input: { readonly RoleName: string }): string {
  return `role ${input.RoleName}`;
}

/** The members of a role that every operation shows. */
export function describeRole({ place }: IamServices, role: RoleDocument): Output {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: roleArn(place, role.path, role.roleName),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: percentEncoded(role.trustPolicy),
  };
}
