import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describeBoundary } from './boundary.ts';
import { find } from './kind.ts';
import { describeRole, roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { roleName } from './shapes.ts';
import { tagsIfAny } from './tags.ts';

export const GetRole = operation({
  name: 'GetRole',
  access: { action: 'iam:GetRole', resource: roleResource },
  input: structure({ RoleName: required(roleName) }),
  async handle(services: IamServices, { RoleName }) {
    const { value: role } = await find(services, roles, RoleName);
    return {
      Role: {
        ...describeRole(services, role),
        Description: role.description,
        MaxSessionDuration: role.maxSessionDuration,
        ...describeBoundary(role),
        ...tagsIfAny(role.tags),
        RoleLastUsed: {},
      },
    };
  },
});
