import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { policiesWithVersion, policyResource, versionOf } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn, policyVersionId } from './shapes.ts';

/** Deletes a version that is not in force; its number is not used again. */
export const DeletePolicyVersion = operation({
  name: 'DeletePolicyVersion',
  access: { action: 'iam:DeletePolicyVersion', resource: policyResource },
  input: structure({ PolicyArn: required(arn), VersionId: required(policyVersionId) }),
  async handle(services: IamServices, { PolicyArn, VersionId }) {
    await change(services, policiesWithVersion(VersionId), PolicyArn, (policy) => {
      const gone = versionOf(policy, PolicyArn, VersionId);
      if (gone.versionId === policy.defaultVersionId)
        throw new ServiceError('DeleteConflict', 'Cannot delete the default version of a policy.');
      return { ...policy, versions: policy.versions.filter((version) => version !== gone) };
    });
    return undefined;
  },
});
