import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { listPolicies } from './inline-policies.ts';
import type { IamServices } from './services.ts';
import { existingUserName, paging } from './shapes.ts';
import { userResource, users } from './user.ts';

/** The names of a user's inline policies. */
export const ListUserPolicies = operation({
  name: 'ListUserPolicies',
  access: { action: 'iam:ListUserPolicies', resource: userResource },
  input: structure({ UserName: required(existingUserName), ...paging }),
  handle: (services: IamServices, input) =>
    listPolicies('ListUserPolicies', services, users, input.UserName, input),
});
