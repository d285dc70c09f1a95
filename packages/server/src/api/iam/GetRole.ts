import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describeRole, roleResource, storedRole } from './role.ts';
import type { IamServices } from './services.ts';
import { roleName } from './shapes.ts';

export const GetRole = operation({
  name: 'GetRole',
  access: { action: 'iam:GetRole', resource: roleResource },
  input: structure({ RoleName: required(roleName) }),
  async handle(services: IamServices, { RoleName }) {
    const { value: role } = await storedRole(services, RoleName);
    return {
      Role: {
        ...describeRole(services, role),
        MaxSessionDuration: role.maxSessionDuration,
        RoleLastUsed: {},
      },
    };
  },
});
