import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { policiesWithVersion, policyResource, versionOf } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn, policyVersionId } from './shapes.ts';

/** Puts a version of a managed policy into force, wherever the policy is attached. */
export const SetDefaultPolicyVersion = operation({
  name: 'SetDefaultPolicyVersion',
  access: { action: 'iam:SetDefaultPolicyVersion', resource: policyResource },
  input: structure({ PolicyArn: required(arn), VersionId: required(policyVersionId) }),
  async handle(services: IamServices, { PolicyArn, VersionId }) {
    const updatedAt = services.clock.now();
    await change(services, policiesWithVersion(VersionId), PolicyArn, (policy) => {
      const { versionId } = versionOf(policy, PolicyArn, VersionId);
      return { ...policy, defaultVersionId: versionId, updatedAt };
    });
    return undefined;
  },
});
