import { ServiceError } from '../../errors.ts';
import type { AccessKeyDocument, UserDocument } from '../../store/documents.ts';
import type { Output } from '../protocol/operation.ts';
import { find, type Kind } from './kind.ts';
import type { IamServices } from './services.ts';
import { users } from './user.ts';

export const accessKeys: Kind<AccessKeyDocument> = {
  noun: 'access key',
  collection: ({ store }) => store.collection('access_keys'),
  key: (_, accessKeyId) => accessKeyId,
  missing: (accessKeyId) => `The Access Key with id ${accessKeyId} cannot be found.`,
  forget: (services, key) => services.accessKeys.forget(key),
};

/** The user whose key this is, by the user's own list. Throws NoSuchEntity. */
export async function ownerOf(
  services: IamServices,
  userName: string,
  accessKeyId: string,
): Promise<UserDocument> {
  const { value: user } = await find(services, users, userName);
  if (!user.accessKeyIds.includes(accessKeyId))
    throw new ServiceError('NoSuchEntity', accessKeys.missing(accessKeyId));
  return user;
}

export function describeKey(userName: string, accessKeyId: string, key: AccessKeyDocument): Output {
  return {
    UserName: userName,
    AccessKeyId: accessKeyId,
    Status: key.active ? 'Active' : 'Inactive',
    CreateDate: new Date(key.createdAt),
  };
}
