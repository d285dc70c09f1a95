import { operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { accessKeys, ownerOf } from './access-key.ts';
import { change } from './kind.ts';
import type { IamServices } from './services.ts';
import { accessKeyId, existingUserName } from './shapes.ts';
import { namedOrCalling, userResource } from './user.ts';

/** Lets an access key rest, or wakes it up. */
export const UpdateAccessKey = operation({
  name: 'UpdateAccessKey',
  access: { action: 'iam:UpdateAccessKey', resource: userResource },
  input: structure({
    UserName: existingUserName,
    AccessKeyId: required(accessKeyId),
    Status: required(string({ values: ['Active', 'Inactive'] })),
  }),
  async handle(services: IamServices, { UserName, AccessKeyId, Status }, context) {
    await ownerOf(services, namedOrCalling(UserName, context), AccessKeyId);
    await change(services, accessKeys, AccessKeyId, (key) => ({ ...key, active: Status === 'Active' }));
    return undefined;
  },
});
