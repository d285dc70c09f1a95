import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { deletePolicy } from './inline-policies.ts';
import type { IamServices } from './services.ts';
import { existingUserName, policyName } from './shapes.ts';
import { userResource, users } from './user.ts';

export const DeleteUserPolicy = operation({
  name: 'DeleteUserPolicy',
  access: { action: 'iam:DeleteUserPolicy', resource: userResource },
  input: structure({ UserName: required(existingUserName), PolicyName: required(policyName) }),
  handle: (services: IamServices, { UserName, PolicyName }) =>
    deletePolicy(services, users, UserName, PolicyName),
});
