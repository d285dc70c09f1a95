import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { deleteBoundary } from './boundary.ts';
import type { IamServices } from './services.ts';
import { userName } from './shapes.ts';
import { userResource, users } from './user.ts';

export const DeleteUserPermissionsBoundary = operation({
  name: 'DeleteUserPermissionsBoundary',
  access: { action: 'iam:DeleteUserPermissionsBoundary', resource: userResource },
  input: structure({ UserName: required(userName) }),
  handle: (services: IamServices, { UserName }) => deleteBoundary(services, users, UserName),
});
