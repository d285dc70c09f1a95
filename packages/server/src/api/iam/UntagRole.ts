import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { roleName, tagKeys } from './shapes.ts';
import { principalTags, untag } from './tags.ts';

export const UntagRole = operation({
  name: 'UntagRole',
  access: { action: 'iam:UntagRole', resource: roleResource },
  input: structure({ RoleName: required(roleName), TagKeys: required(tagKeys) }),
  handle: (services: IamServices, { RoleName, TagKeys }) =>
    untag(services, roles, principalTags, RoleName, TagKeys),
});
