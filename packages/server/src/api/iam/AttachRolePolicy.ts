import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { attach } from './attached-policies.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { arn, roleName } from './shapes.ts';

export const AttachRolePolicy = operation({
  name: 'AttachRolePolicy',
  access: { action: 'iam:AttachRolePolicy', resource: roleResource },
  input: structure({ RoleName: required(roleName), PolicyArn: required(arn) }),
  handle: (services: IamServices, { RoleName, PolicyArn }) =>
    attach(services, roles, RoleName, PolicyArn, 'PoliciesPerRole'),
});
