import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { deletePolicy } from './inline-policies.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { policyName, roleName } from './shapes.ts';

export const DeleteRolePolicy = operation({
  name: 'DeleteRolePolicy',
  access: { action: 'iam:DeleteRolePolicy', resource: roleResource },
  input: structure({ RoleName: required(roleName), PolicyName: required(policyName) }),
  handle: (services: IamServices, { RoleName, PolicyName }) =>
    deletePolicy(services, roles, RoleName, PolicyName),
});
