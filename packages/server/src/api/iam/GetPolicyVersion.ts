import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import { describeVersion, policiesWithVersion, policyResource, versionOf } from './managed-policy.ts';
import { percentEncoded } from './policy-text.ts';
import type { IamServices } from './services.ts';
import { arn, policyVersionId } from './shapes.ts';

export const GetPolicyVersion = operation({
  name: 'GetPolicyVersion',
  access: { action: 'iam:GetPolicyVersion', resource: policyResource },
  input: structure({ PolicyArn: required(arn), VersionId: required(policyVersionId) }),
  async handle(services: IamServices, { PolicyArn, VersionId }) {
    const { value: policy } = await find(services, policiesWithVersion(VersionId), PolicyArn);
    const version = versionOf(policy, PolicyArn, VersionId);
    return {
      PolicyVersion: {
        Document: percentEncoded(version.document),
        ...describeVersion(policy, version),
      },
    };
  },
});
