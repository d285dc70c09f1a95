import { userArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import type { UserDocument } from '../../store/documents.ts';
import type { Output, RequestContext } from '../protocol/operation.ts';
import type { Kind } from './kind.ts';
import type { IamServices } from './services.ts';

export const users: Kind<UserDocument> = {
  noun: 'user',
  collection: ({ store }) => store.collection('users'),
  key: (_, userName) => userName.toLowerCase(),
  missing: (userName) => `The user with name ${userName} cannot be found.`,
  forget: (services, key) => services.users.forget(key),
};

/** What operations on a user by its name are authorised for; without a name the user is the caller. */
export function userResource(_: IamServices, input: { readonly UserName?: string }): string {
  return input.UserName === undefined ? 'user' : `user ${input.UserName}`;
}

/** The name that was given, or the calling user's. Throws ValidationError when the caller is no user. */
export function namedOrCalling(userName: string | undefined, { caller }: RequestContext): string {
  if (userName !== undefined) return userName;
  if (caller?.kind === 'user') return caller.userName;
  throw new ServiceError('ValidationError', 'Must specify userName when calling with non-User credentials');
}

/** The members of a user that every operation shows. */
export function describeUser({ place }: IamServices, user: UserDocument): Output {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.userId,
    Arn: userArn(place, user.path, user.userName),
    CreateDate: new Date(user.createdAt),
  };
}
