import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import { describePolicy, managedPolicies, policyResource } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn } from './shapes.ts';
import { describeTags } from './tags.ts';
import { usageOfPolicies } from './usage.ts';

export const GetPolicy = operation({
  name: 'GetPolicy',
  access: { action: 'iam:GetPolicy', resource: policyResource },
  input: structure({ PolicyArn: required(arn) }),
  async handle(services: IamServices, { PolicyArn }) {
    const { value: policy } = await find(services, managedPolicies, PolicyArn);
    const usage = (await usageOfPolicies(services)).get(PolicyArn);
    return {
      Policy: {
        ...describePolicy(services, policy, usage),
        Description: policy.description,
        Tags: describeTags(policy.tags),
      },
    };
  },
});
