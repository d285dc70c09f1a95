import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { roleName, tags } from './shapes.ts';
import { principalTags, tag } from './tags.ts';

export const TagRole = operation({
  name: 'TagRole',
  access: { action: 'iam:TagRole', resource: roleResource },
  input: structure({ RoleName: required(roleName), Tags: required(tags) }),
  handle: (services: IamServices, { RoleName, Tags }) => tag(services, roles, principalTags, RoleName, Tags),
});
