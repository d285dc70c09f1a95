import { roleArn } from '../../access/arn.ts';
import { uniqueId } from '../../ids.ts';
import type { RoleDocument } from '../../store/documents.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describeBoundary, holdBoundary, requireBoundary } from './boundary.ts';
import { create, remove } from './kind.ts';
import { trustPolicyText } from './policy-text.ts';
import { describeRole, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { arn, maxSessionDuration, path, policyDocument, roleDescription, roleName, tags } from './shapes.ts';
import { principalTags, readTags, tagsIfAny } from './tags.ts';

const defaultMaxSessionDuration = 3600;

export const CreateRole = operation({
  name: 'CreateRole',
  access: {
    action: 'iam:CreateRole',
    resource: ({ place }: IamServices, { Path = '/', RoleName }) => roleArn(place, Path, RoleName),
  },
  input: structure({
    RoleName: required(roleName),
    AssumeRolePolicyDocument: required(policyDocument),
    Path: path,
    Description: roleDescription,
    MaxSessionDuration: maxSessionDuration,
    PermissionsBoundary: arn,
    Tags: tags,
  }),
  async handle(services: IamServices, input) {
    const { RoleName, PermissionsBoundary } = input;
    const role: RoleDocument = {
      roleName: RoleName,
      roleId: uniqueId('AROA'),
      path: input.Path ?? '/',
      ...(input.Description !== undefined && { description: input.Description }),
      trustPolicy: trustPolicyText(input.AssumeRolePolicyDocument),
      inlinePolicies: {},
      attachedPolicyArns: [],
      permissionsBoundaryArn: PermissionsBoundary,
      maxSessionDuration: input.MaxSessionDuration ?? defaultMaxSessionDuration,
      tags: readTags(principalTags, input.Tags),
      createdAt: services.clock.now(),
    };
    await requireBoundary(services, PermissionsBoundary);
    await create(services, roles, RoleName, role, `Role with name ${RoleName} already exists.`);
    await holdBoundary(services, PermissionsBoundary, () => remove(services, roles, RoleName));
    return {
      Role: { ...describeRole(services, role), ...describeBoundary(role), ...tagsIfAny(role.tags) },
    };
  },
});
