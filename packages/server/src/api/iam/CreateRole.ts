import { roleArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import { uniqueId } from '../../ids.ts';
import type { RoleDocument } from '../../store/documents.ts';
import { operation } from '../protocol/operation.ts';
import { integer, required, string, structure } from '../protocol/shape.ts';
import { policyText } from './policy-text.ts';
import { describeRole, readTags } from './role.ts';
import type { IamServices } from './services.ts';
import { path, policyDocument, roleName, tags } from './shapes.ts';

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
    Description: string({ max: 1000, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*' }),
    MaxSessionDuration: integer({ min: 3600, max: 43200 }),
    Tags: tags,
  }),
  async handle(services: IamServices, input) {
    const role: RoleDocument = {
      roleName: input.RoleName,
      roleId: uniqueId('AROA'),
      path: input.Path ?? '/',
      ...(input.Description !== undefined && { description: input.Description }),
      trustPolicy: policyText(input.AssumeRolePolicyDocument, 'trust'),
      inlinePolicies: {},
      attachedPolicyArns: [],
      maxSessionDuration: input.MaxSessionDuration ?? defaultMaxSessionDuration,
      tags: readTags(input.Tags),
      createdAt: services.clock.now(),
    };
    const inserted = await services.store.collection('roles').insert(role.roleName.toLowerCase(), role);
    services.roles.forget(role.roleName);
    if (!inserted)
      throw new ServiceError('EntityAlreadyExists', `Role with name ${role.roleName} already exists.`);
    return { Role: describeRole(services, role) };
  },
});
