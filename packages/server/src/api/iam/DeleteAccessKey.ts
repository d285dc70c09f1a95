import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { accessKeys, ownerOf } from './access-key.ts';
import { change, remove } from './kind.ts';
import type { IamServices } from './services.ts';
import { accessKeyId, existingUserName } from './shapes.ts';
import { namedOrCalling, userResource, users } from './user.ts';

export const DeleteAccessKey = operation({
  name: 'DeleteAccessKey',
  access: { action: 'iam:DeleteAccessKey', resource: userResource },
  input: structure({ UserName: existingUserName, AccessKeyId: required(accessKeyId) }),
  async handle(services: IamServices, { UserName, AccessKeyId }, context) {
    const { userName } = await ownerOf(services, namedOrCalling(UserName, context), AccessKeyId);
    // Taken off the user's list first: from then on it opens nothing, whatever happens to the rest.
    await change(services, users, userName, (user) => ({
      ...user,
      accessKeyIds: user.accessKeyIds.filter((id) => id !== AccessKeyId),
    }));
    await remove(services, accessKeys, AccessKeyId);
    return undefined;
  },
});
