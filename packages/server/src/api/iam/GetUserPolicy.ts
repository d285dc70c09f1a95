import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { getPolicy } from './inline-policies.ts';
import type { IamServices } from './services.ts';
import { existingUserName, policyName } from './shapes.ts';
import { userResource, users } from './user.ts';

export const GetUserPolicy = operation({
  name: 'GetUserPolicy',
  access: { action: 'iam:GetUserPolicy', resource: userResource },
  input: structure({ UserName: required(existingUserName), PolicyName: required(policyName) }),
  handle: async (services: IamServices, { UserName, PolicyName }) => ({
    UserName,
    ...(await getPolicy(services, users, UserName, PolicyName)),
  }),
});
