import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { managedPolicies, policyResource } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn, tagKeys } from './shapes.ts';
import { resourceTags, untag } from './tags.ts';

export const UntagPolicy = operation({
  name: 'UntagPolicy',
  access: { action: 'iam:UntagPolicy', resource: policyResource },
  input: structure({ PolicyArn: required(arn), TagKeys: required(tagKeys) }),
  handle: (services: IamServices, { PolicyArn, TagKeys }) =>
    untag(services, managedPolicies, resourceTags, PolicyArn, TagKeys),
});
