import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { listPolicies } from './inline-policies.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { paging, roleName } from './shapes.ts';

/** The names of a role's inline policies. */
export const ListRolePolicies = operation({
  name: 'ListRolePolicies',
  access: { action: 'iam:ListRolePolicies', resource: roleResource },
  input: structure({ RoleName: required(roleName), ...paging }),
  handle: (services: IamServices, input) =>
    listPolicies('ListRolePolicies', services, roles, input.RoleName, input),
});
