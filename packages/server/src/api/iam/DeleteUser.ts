import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { requireNoPolicies } from './attached-policies.ts';
import { remove } from './kind.ts';
import type { IamServices } from './services.ts';
import { existingUserName } from './shapes.ts';
import { userResource, users } from './user.ts';

/** Deletes a user that has neither policies nor access keys any more. */
export const DeleteUser = operation({
  name: 'DeleteUser',
  access: { action: 'iam:DeleteUser', resource: userResource },
  input: structure({ UserName: required(existingUserName) }),
  async handle(services: IamServices, { UserName }) {
    await remove(services, users, UserName, (user) => {
      requireNoPolicies(user);
      if (user.accessKeyIds.length > 0)
        throw new ServiceError('DeleteConflict', 'Cannot delete entity, must delete access keys first.');
    });
    return undefined;
  },
});
