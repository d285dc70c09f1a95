import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { boolean, required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { describeVersion, managedPolicies, policyResource } from './managed-policy.ts';
import { managedPolicyText } from './policy-text.ts';
import type { IamServices } from './services.ts';
import { arn, policyDocument } from './shapes.ts';

const mostVersions = 5;

/** Adds a version to a managed policy and, if that is asked for, puts it into force. */
export const CreatePolicyVersion = operation({
  name: 'CreatePolicyVersion',
  access: { action: 'iam:CreatePolicyVersion', resource: policyResource },
  input: structure({
    PolicyArn: required(arn),
    PolicyDocument: required(policyDocument),
    SetAsDefault: boolean(),
  }),
  async handle(services: IamServices, { PolicyArn, PolicyDocument, SetAsDefault = false }) {
    const document = managedPolicyText(PolicyDocument);
    const createdAt = services.clock.now();
    const policy = await change(services, managedPolicies, PolicyArn, (before) => {
      if (before.versions.length >= mostVersions) {
        throw new ServiceError(
          'LimitExceeded',
          `A managed policy can have up to ${mostVersions} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const versionId = `v${before.nextVersion}`;
      return {
        ...before,
        defaultVersionId: SetAsDefault ? versionId : before.defaultVersionId,
        versions: [...before.versions, { versionId, document, createdAt }],
        nextVersion: before.nextVersion + 1,
        updatedAt: createdAt,
      };
    });
    const version = policy.versions.at(-1);
    return { PolicyVersion: version && describeVersion(policy, version) };
  },
});
