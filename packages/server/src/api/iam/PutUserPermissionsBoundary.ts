import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { putBoundary } from './boundary.ts';
import type { IamServices } from './services.ts';
import { arn, userName } from './shapes.ts';
import { userResource, users } from './user.ts';

export const PutUserPermissionsBoundary = operation({
  name: 'PutUserPermissionsBoundary',
  access: { action: 'iam:PutUserPermissionsBoundary', resource: userResource },
  input: structure({ UserName: required(userName), PermissionsBoundary: required(arn) }),
  handle: (services: IamServices, { UserName, PermissionsBoundary }) =>
    putBoundary(services, users, UserName, PermissionsBoundary),
});
