import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { listAttached } from './attached-policies.ts';
import type { IamServices } from './services.ts';
import { paging, policyPath, userName } from './shapes.ts';
import { userResource, users } from './user.ts';

export const ListAttachedUserPolicies = operation({
  name: 'ListAttachedUserPolicies',
  access: { action: 'iam:ListAttachedUserPolicies', resource: userResource },
  input: structure({ UserName: required(userName), PathPrefix: policyPath, ...paging }),
  handle: (services: IamServices, input) =>
    listAttached('ListAttachedUserPolicies', services, users, input.UserName, input),
});
