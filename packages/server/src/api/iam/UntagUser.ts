import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { IamServices } from './services.ts';
import { existingUserName, tagKeys } from './shapes.ts';
import { principalTags, untag } from './tags.ts';
import { userResource, users } from './user.ts';

export const UntagUser = operation({
  name: 'UntagUser',
  access: { action: 'iam:UntagUser', resource: userResource },
  input: structure({ UserName: required(existingUserName), TagKeys: required(tagKeys) }),
  handle: (services: IamServices, { UserName, TagKeys }) =>
    untag(services, users, principalTags, UserName, TagKeys),
});
