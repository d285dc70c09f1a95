import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { listAttached } from './attached-policies.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { paging, policyPath, roleName } from './shapes.ts';

export const ListAttachedRolePolicies = operation({
  name: 'ListAttachedRolePolicies',
  access: { action: 'iam:ListAttachedRolePolicies', resource: roleResource },
  input: structure({ RoleName: required(roleName), PathPrefix: policyPath, ...paging }),
  handle: (services: IamServices, input) =>
    listAttached('ListAttachedRolePolicies', services, roles, input.RoleName, input),
});
