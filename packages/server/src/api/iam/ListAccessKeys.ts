import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { accessKeys, describeKey } from './access-key.ts';
import { find } from './kind.ts';
import { pageOf } from './listing.ts';
import type { IamServices } from './services.ts';
import { existingUserName, paging } from './shapes.ts';
import { namedOrCalling, userResource, users } from './user.ts';

/** A user's access keys, without their secrets. */
export const ListAccessKeys = operation({
  name: 'ListAccessKeys',
  access: { action: 'iam:ListAccessKeys', resource: userResource },
  input: structure({ UserName: existingUserName, ...paging }),
  async handle(services: IamServices, { UserName, ...asked }, context) {
    const { value: user } = await find(services, users, namedOrCalling(UserName, context));
    const { items, page } = pageOf('ListAccessKeys', asked, user.accessKeyIds, (accessKeyId) => accessKeyId);
    const AccessKeyMetadata = await Promise.all(
      items.map(async (accessKeyId) => {
        const { value: key } = await find(services, accessKeys, accessKeyId);
        return describeKey(user.userName, accessKeyId, key);
      }),
    );
    return { AccessKeyMetadata, ...page };
  },
});
