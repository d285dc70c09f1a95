import { userArn } from '../../access/arn.ts';
import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { pageThrough } from './listing.ts';
import type { IamServices } from './services.ts';
import { paging, pathPrefix } from './shapes.ts';
import { describeUser } from './user.ts';

/** Users by name, without their tags and boundaries. */
export const ListUsers = operation({
  name: 'ListUsers',
  access: {
    action: 'iam:ListUsers',
    resource: ({ place }: IamServices, { PathPrefix = '/' }) => userArn(place, PathPrefix, ''),
  },
  input: structure({ PathPrefix: pathPrefix, ...paging }),
  async handle(services: IamServices, { PathPrefix = '/', ...asked }) {
    const { items, page } = await pageThrough(
      'ListUsers',
      asked,
      services.store.collection('users'),
      (user) => user.path.startsWith(PathPrefix),
    );
    return { Users: items.map((user) => describeUser(services, user)), ...page };
  },
});
