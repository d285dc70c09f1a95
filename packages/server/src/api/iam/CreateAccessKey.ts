import { randomBytes } from 'node:crypto';
import { wrapSecret } from '../../access/access-keys.ts';
import { ServiceError } from '../../errors.ts';
import { uniqueId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { accessKeys, describeKey } from './access-key.ts';
import { change, find, remove } from './kind.ts';
import type { IamServices } from './services.ts';
import { existingUserName } from './shapes.ts';
import { namedOrCalling, userResource, users } from './user.ts';

const mostKeys = 2;

/** Makes an access key for a user. This answer is the only place where its secret is ever shown. */
export const CreateAccessKey = operation({
  name: 'CreateAccessKey',
  access: { action: 'iam:CreateAccessKey', resource: userResource },
  input: structure({ UserName: existingUserName }),
  async handle(services: IamServices, { UserName }, context) {
    const { value: user } = await find(services, users, namedOrCalling(UserName, context));
    const accessKeyId = uniqueId('AKIA');
    const secretKey = randomBytes(30).toString('base64');
    const key = {
      owner: { kind: 'user', userName: user.userName },
      wrappedSecret: wrapSecret(services.master, accessKeyId, secretKey),
      active: true,
      createdAt: services.clock.now(),
    } as const;
    await services.store.collection('access_keys').insert(accessKeyId, key);
    // Nobody's until the user lists it, so that whatever happens in between leaves no working key behind.
    try {
      await change(services, users, user.userName, (owner) => {
        if (owner.accessKeyIds.length >= mostKeys)
          throw new ServiceError('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${mostKeys}`);
        return { ...owner, accessKeyIds: [...owner.accessKeyIds, accessKeyId] };
      });
    } catch (error) {
      await remove(services, accessKeys, accessKeyId);
      throw error;
    }
    return {
      AccessKey: { ...describeKey(user.userName, accessKeyId, key), SecretAccessKey: secretKey },
    };
  },
});
