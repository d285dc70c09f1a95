import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { managedPolicies, policyResource } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn, paging } from './shapes.ts';
import { listTags } from './tags.ts';

export const ListPolicyTags = operation({
  name: 'ListPolicyTags',
  access: { action: 'iam:ListPolicyTags', resource: policyResource },
  input: structure({ PolicyArn: required(arn), ...paging }),
  handle: (services: IamServices, input) =>
    listTags('ListPolicyTags', services, managedPolicies, input.PolicyArn, input),
});
