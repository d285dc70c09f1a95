import { userArn } from '../../access/arn.ts';
import { uniqueId } from '../../ids.ts';
import type { UserDocument } from '../../store/documents.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describeBoundary, holdBoundary, requireBoundary } from './boundary.ts';
import { create, remove } from './kind.ts';
import type { IamServices } from './services.ts';
import { arn, path, tags, userName } from './shapes.ts';
import { principalTags, readTags, tagsIfAny } from './tags.ts';
import { describeUser, users } from './user.ts';

export const CreateUser = operation({
  name: 'CreateUser',
  access: {
    action: 'iam:CreateUser',
    resource: ({ place }: IamServices, { Path = '/', UserName }) => userArn(place, Path, UserName),
  },
  input: structure({
    UserName: required(userName),
    Path: path,
    PermissionsBoundary: arn,
    Tags: tags,
  }),
  async handle(services: IamServices, { UserName, Path = '/', PermissionsBoundary, Tags }) {
    const user: UserDocument = {
      userName: UserName,
      userId: uniqueId('AIDA'),
      path: Path,
      inlinePolicies: {},
      attachedPolicyArns: [],
      permissionsBoundaryArn: PermissionsBoundary,
      accessKeyIds: [],
      tags: readTags(principalTags, Tags),
      createdAt: services.clock.now(),
    };
    await requireBoundary(services, PermissionsBoundary);
    await create(services, users, UserName, user, `User with name ${UserName} already exists.`);
    await holdBoundary(services, PermissionsBoundary, () => remove(services, users, UserName));
    return {
      User: { ...describeUser(services, user), ...describeBoundary(user), ...tagsIfAny(user.tags) },
    };
  },
});
