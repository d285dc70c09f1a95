import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { putPolicy } from './inline-policies.ts';
import type { IamServices } from './services.ts';
import { existingUserName, policyDocument, policyName } from './shapes.ts';
import { userResource, users } from './user.ts';

/** Characters of all inline policies of a user together, white space left out. */
const quota = 2048;

/** Adds an inline policy to a user, or replaces the one of that name. */
export const PutUserPolicy = operation({
  name: 'PutUserPolicy',
  access: { action: 'iam:PutUserPolicy', resource: userResource },
  input: structure({
    UserName: required(existingUserName),
    PolicyName: required(policyName),
    PolicyDocument: required(policyDocument),
  }),
  handle: (services: IamServices, input) => putPolicy(services, users, input.UserName, input, quota),
});
