import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { putBoundary } from './boundary.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { arn, roleName } from './shapes.ts';

export const PutRolePermissionsBoundary = operation({
  name: 'PutRolePermissionsBoundary',
  access: { action: 'iam:PutRolePermissionsBoundary', resource: roleResource },
  input: structure({ RoleName: required(roleName), PermissionsBoundary: required(arn) }),
  handle: (services: IamServices, { RoleName, PermissionsBoundary }) =>
    putBoundary(services, roles, RoleName, PermissionsBoundary),
});
