import { policyArn } from '../../access/arn.ts';
import { uniqueId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { create } from './kind.ts';
import { describePolicy, managedPolicies } from './managed-policy.ts';
import { managedPolicyText } from './policy-text.ts';
import type { IamServices } from './services.ts';
import { policyDescription, policyDocument, policyName, policyPath, tags } from './shapes.ts';
import { readTags, resourceTags, tagsIfAny } from './tags.ts';

/** Makes a managed policy, with its document as version 1. */
export const CreatePolicy = operation({
  name: 'CreatePolicy',
  access: {
    action: 'iam:CreatePolicy',
    resource: ({ place }: IamServices, { Path = '/', PolicyName }) => policyArn(place, Path, PolicyName),
  },
  input: structure({
    PolicyName: required(policyName),
    PolicyDocument: required(policyDocument),
    Path: policyPath,
    Description: policyDescription,
    Tags: tags,
  }),
  async handle(services: IamServices, { PolicyName, PolicyDocument, Path = '/', Description, Tags }) {
    const createdAt = services.clock.now();
    const policy = {
      policyName: PolicyName,
      policyId: uniqueId('ANPA'),
      path: Path,
      ...(Description !== undefined && { description: Description }),
      defaultVersionId: 'v1',
      versions: [{ versionId: 'v1', document: managedPolicyText(PolicyDocument), createdAt }],
      nextVersion: 2,
      tags: readTags(resourceTags, Tags),
      createdAt,
      updatedAt: createdAt,
    };
    const taken = `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`;
    await create(services, managedPolicies, policyArn(services.place, Path, PolicyName), policy, taken);
    return { Policy: { ...describePolicy(services, policy, undefined), ...tagsIfAny(policy.tags) } };
  },
});
