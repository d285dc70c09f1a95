import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { getPolicy } from './inline-policies.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { policyName, roleName } from './shapes.ts';

export const GetRolePolicy = operation({
  name: 'GetRolePolicy',
  access: { action: 'iam:GetRolePolicy', resource: roleResource },
  input: structure({ RoleName: required(roleName), PolicyName: required(policyName) }),
  handle: async (services: IamServices, { RoleName, PolicyName }) => ({
    RoleName,
    ...(await getPolicy(services, roles, RoleName, PolicyName)),
  }),
});
