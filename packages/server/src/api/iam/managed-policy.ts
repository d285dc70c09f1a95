import { isPolicyArn, policyArn, policyNameOf } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import type { ManagedPolicyDocument } from '../../store/documents.ts';
import type { Output } from '../protocol/operation.ts';
import type { Kind } from './kind.ts';
import type { IamServices } from './services.ts';
import type { Usage } from './usage.ts';

/** Managed policies by their ARN. */
export const managedPolicies: Kind<ManagedPolicyDocument> = {
  noun: 'policy',
  collection: ({ store }) => store.collection('policies'),
  key({ place }, arn) {
    if (!isPolicyArn(arn)) throw new ServiceError('ValidationError', `ARN ${arn} is not valid.`);
    // A policy of another account, or one of AWS's own, is under no key: no name holds a slash.
    return policyNameOf(place, arn)?.toLowerCase() ?? '/';
  },
  isNamed: ({ place }, { path, policyName }, arn) => policyArn(place, path, policyName) === arn,
  missing: (arn) => `Policy ${arn} was not found.`,
  forget: (services, key) => services.managedPolicies.forget(key),
};

/** What operations on a managed policy are authorised for. */
export function policyResource(_: IamServices, input: { readonly PolicyArn: string }): string {
  return `policy ${input.PolicyArn}`;
}

export function describePolicy(
  { place }: IamServices,
  policy: ManagedPolicyDocument,
  usage: Usage | undefined,
): Output {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policyArn(place, policy.path, policy.policyName),
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: usage?.attachedTo.length ?? 0,
    PermissionsBoundaryUsageCount: usage?.boundaryOf.length ?? 0,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
  };
}

export type PolicyVersion = ManagedPolicyDocument['versions'][number];

/** The version of a policy. Throws NoSuchEntity. */
export function versionOf(policy: ManagedPolicyDocument, arn: string, versionId: string): PolicyVersion {
  const version = policy.versions.find((candidate) => candidate.versionId === versionId);
  if (version === undefined) throw noSuchVersion(arn, versionId);
  return version;
}

export function describeVersion(policy: ManagedPolicyDocument, version: PolicyVersion): Output {
  return {
    VersionId: version.versionId,
    IsDefaultVersion: version.versionId === policy.defaultVersionId,
    CreateDate: new Date(version.createdAt),
  };
}

function noSuchVersion(arn: string, versionId: string): ServiceError {
  return new ServiceError(
    'NoSuchEntity',
    `Policy ${arn} version ${versionId} does not exist or is not attachable.`,
  );
}

/** Managed policies for operations on one version, which say the same whether the policy or the version is missing. */
export function policiesWithVersion(versionId: string): Kind<ManagedPolicyDocument> {
  return { ...managedPolicies, missing: (arn) => noSuchVersion(arn, versionId).message };
}
