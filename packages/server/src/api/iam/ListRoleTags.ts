import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { paging, roleName } from './shapes.ts';
import { listTags } from './tags.ts';

export const ListRoleTags = operation({
  name: 'ListRoleTags',
  access: { action: 'iam:ListRoleTags', resource: roleResource },
  input: structure({ RoleName: required(roleName), ...paging }),
  handle: (services: IamServices, input) => listTags('ListRoleTags', services, roles, input.RoleName, input),
});
