import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { putPolicy } from './inline-policies.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { policyDocument, policyName, roleName } from './shapes.ts';

/** Characters of all inline policies of a role together, white space left out. */
const quota = 10_240;

/** Adds an inline policy to a role, or replaces the one of that name. */
export const PutRolePolicy = operation({
  name: 'PutRolePolicy',
  access: { action: 'iam:PutRolePolicy', resource: roleResource },
  input: structure({
    RoleName: required(roleName),
    PolicyName: required(policyName),
    PolicyDocument: required(policyDocument),
  }),
  handle: (services: IamServices, input) => putPolicy(services, roles, input.RoleName, input, quota),
});
