import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { remove } from './kind.ts';
import { managedPolicies, policyResource } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn } from './shapes.ts';
import { usageOfPolicies } from './usage.ts';

/** Deletes a managed policy that nobody uses and that has one version only. */
export const DeletePolicy = operation({
  name: 'DeletePolicy',
  access: { action: 'iam:DeletePolicy', resource: policyResource },
  input: structure({ PolicyArn: required(arn) }),
  async handle(services: IamServices, { PolicyArn }) {
    await remove(services, managedPolicies, PolicyArn, async ({ versions }) => {
      if ((await usageOfPolicies(services)).has(PolicyArn))
        throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.');
      if (versions.length > 1) {
        throw new ServiceError(
          'DeleteConflict',
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
    });
    return undefined;
  },
});
