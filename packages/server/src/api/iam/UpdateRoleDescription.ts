import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describeBoundary } from './boundary.ts';
import { change } from './kind.ts';
import { describeRole, roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { roleDescription, roleName } from './shapes.ts';

export const UpdateRoleDescription = operation({
  name: 'UpdateRoleDescription',
  access: { action: 'iam:UpdateRoleDescription', resource: roleResource },
  input: structure({ RoleName: required(roleName), Description: required(roleDescription) }),
  async handle(services: IamServices, { RoleName, Description }) {
    const role = await change(services, roles, RoleName, (before) => ({
      ...before,
      description: Description,
    }));
    return { Role: { ...describeRole(services, role), Description, ...describeBoundary(role) } };
  },
});
