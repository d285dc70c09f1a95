import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { maxSessionDuration, roleDescription, roleName } from './shapes.ts';

/** Changes a role's description and longest session; what is not given stays. */
export const UpdateRole = operation({
  name: 'UpdateRole',
  access: { action: 'iam:UpdateRole', resource: roleResource },
  input: structure({
    RoleName: required(roleName),
    Description: roleDescription,
    MaxSessionDuration: maxSessionDuration,
  }),
  async handle(services: IamServices, { RoleName, Description, MaxSessionDuration }) {
    await change(services, roles, RoleName, (role) => ({
      ...role,
      ...(Description !== undefined && { description: Description }),
      ...(MaxSessionDuration !== undefined && { maxSessionDuration: MaxSessionDuration }),
    }));
    return {};
  },
});
