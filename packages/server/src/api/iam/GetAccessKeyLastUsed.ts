import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { IamServices } from './services.ts';
import { accessKeyId } from './shapes.ts';

/** Whose key it is. When it was used is not recorded, which IAM shows as `N/A`. */
export const GetAccessKeyLastUsed = operation({
  name: 'GetAccessKeyLastUsed',
  access: {
    action: 'iam:GetAccessKeyLastUsed',
    resource: (_: IamServices, { AccessKeyId }) => `access key ${AccessKeyId}`,
  },
  input: structure({ AccessKeyId: required(accessKeyId) }),
  async handle({ store }: IamServices, { AccessKeyId }, { caller }) {
    const owner = (await store.collection('access_keys').get(AccessKeyId))?.value.owner;
    if (owner?.kind !== 'user') {
      // AWS's own text: keys of others and keys that do not exist look the same.
      throw new ServiceError(
        'AccessDenied',
        `User: ${caller?.arn} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${AccessKeyId}`,
      );
    }
    return {
      UserName: owner.userName,
      AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
    };
  },
});
