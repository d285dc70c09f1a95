import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { deleteBoundary } from './boundary.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { roleName } from './shapes.ts';

export const DeleteRolePermissionsBoundary = operation({
  name: 'DeleteRolePermissionsBoundary',
  access: { action: 'iam:DeleteRolePermissionsBoundary', resource: roleResource },
  input: structure({ RoleName: required(roleName) }),
  handle: (services: IamServices, { RoleName }) => deleteBoundary(services, roles, RoleName),
});
