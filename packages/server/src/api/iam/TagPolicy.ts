import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { managedPolicies, policyResource } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn, tags } from './shapes.ts';
import { resourceTags, tag } from './tags.ts';

export const TagPolicy = operation({
  name: 'TagPolicy',
  access: { action: 'iam:TagPolicy', resource: policyResource },
  input: structure({ PolicyArn: required(arn), Tags: required(tags) }),
  handle: (services: IamServices, { PolicyArn, Tags }) =>
    tag(services, managedPolicies, resourceTags, PolicyArn, Tags),
});
