import type { RootCaller } from '../../access/caller.ts';
import { type Output, operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { describeBoundary } from './boundary.ts';
import { find } from './kind.ts';
import type { IamServices } from './services.ts';
import { existingUserName } from './shapes.ts';
import { tagsIfAny } from './tags.ts';
import { describeUser, namedOrCalling, userResource, users } from './user.ts';

/** A user; without a name the caller, who may be root. */
export const GetUser = operation({
  name: 'GetUser',
  access: { action: 'iam:GetUser', resource: userResource },
  input: structure({ UserName: existingUserName }),
  async handle(services: IamServices, { UserName }, context) {
    if (UserName === undefined && context.caller?.kind === 'root')
      return describeRoot(services, context.caller);
    const { value: user } = await find(services, users, namedOrCalling(UserName, context));
    return {
      User: { ...describeUser(services, user), ...describeBoundary(user), ...tagsIfAny(user.tags) },
    };
  },
});

async function describeRoot(
  { store }: IamServices,
  { userId, arn, accessKeyId }: RootCaller,
): Promise<Output> {
  const key = await store.collection('access_keys').get(accessKeyId);
  return {
    User: { UserId: userId, Arn: arn, ...(key && { CreateDate: new Date(key.value.createdAt) }) },
  };
}
