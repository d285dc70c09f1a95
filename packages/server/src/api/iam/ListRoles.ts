import { roleArn } from '../../access/arn.ts';
import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import { pageThrough } from './listing.ts';
import { describeRole } from './role.ts';
import type { IamServices } from './services.ts';
import { paging, pathPrefix } from './shapes.ts';

/** Roles by name, without their tags and boundaries. */
export const ListRoles = operation({
  name: 'ListRoles',
  access: {
    action: 'iam:ListRoles',
    resource: ({ place }: IamServices, { PathPrefix = '/' }) => roleArn(place, PathPrefix, ''),
  },
  input: structure({ PathPrefix: pathPrefix, ...paging }),
  async handle(services: IamServices, { PathPrefix = '/', ...asked }) {
    const { items, page } = await pageThrough(
      'ListRoles',
      asked,
      services.store.collection('roles'),
      (role) => role.path.startsWith(PathPrefix),
    );
    return {
      Roles: items.map((role) => ({
        ...describeRole(services, role),
        Description: role.description,
        MaxSessionDuration: role.maxSessionDuration,
      })),
      ...page,
    };
  },
});
