import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import type { IamServices } from './services.ts';
import { existingUserName, paging } from './shapes.ts';
import { userResource, users } from './user.ts';

/** Always empty: there are no groups here. Terraform asks before it deletes a user. */
export const ListGroupsForUser = operation({
  name: 'ListGroupsForUser',
  access: { action: 'iam:ListGroupsForUser', resource: userResource },
  input: structure({ UserName: required(existingUserName), ...paging }),
  async handle(services: IamServices, { UserName }) {
    await find(services, users, UserName);
    return { Groups: [], IsTruncated: false };
  },
});
