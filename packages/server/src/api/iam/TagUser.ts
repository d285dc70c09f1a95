import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { IamServices } from './services.ts';
import { existingUserName, tags } from './shapes.ts';
import { principalTags, tag } from './tags.ts';
import { userResource, users } from './user.ts';

export const TagUser = operation({
  name: 'TagUser',
  access: { action: 'iam:TagUser', resource: userResource },
  input: structure({ UserName: required(existingUserName), Tags: required(tags) }),
  handle: (services: IamServices, { UserName, Tags }) => tag(services, users, principalTags, UserName, Tags),
});
