import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { detach } from './attached-policies.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { arn, roleName } from './shapes.ts';

export const DetachRolePolicy = operation({
  name: 'DetachRolePolicy',
  access: { action: 'iam:DetachRolePolicy', resource: roleResource },
  input: structure({ RoleName: required(roleName), PolicyArn: required(arn) }),
  handle: (services: IamServices, { RoleName, PolicyArn }) => detach(services, roles, RoleName, PolicyArn),
});
