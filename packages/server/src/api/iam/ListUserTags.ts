import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { IamServices } from './services.ts';
import { existingUserName, paging } from './shapes.ts';
import { listTags } from './tags.ts';
import { userResource, users } from './user.ts';

export const ListUserTags = operation({
  name: 'ListUserTags',
  access: { action: 'iam:ListUserTags', resource: userResource },
  input: structure({ UserName: required(existingUserName), ...paging }),
  handle: (services: IamServices, input) => listTags('ListUserTags', services, users, input.UserName, input),
});
