import { operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import { pageOf } from './listing.ts';
import { managedPolicies, policyResource } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn, paging, path, policyUsage } from './shapes.ts';
import { usageOfPolicies } from './usage.ts';

/** The roles and users that a managed policy is attached to or bounds. */
export const ListEntitiesForPolicy = operation({
  name: 'ListEntitiesForPolicy',
  access: { action: 'iam:ListEntitiesForPolicy', resource: policyResource },
  input: structure({
    PolicyArn: required(arn),
    EntityFilter: string({ values: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] }),
    PathPrefix: path,
    PolicyUsageFilter: policyUsage,
    ...paging,
  }),
  async handle(services: IamServices, input) {
    const { PolicyArn, EntityFilter, PathPrefix = '/', PolicyUsageFilter } = input;
    await find(services, managedPolicies, PolicyArn);
    const usage = (await usageOfPolicies(services)).get(PolicyArn);
    const entities = new Set([
      ...((PolicyUsageFilter !== 'PermissionsBoundary' && usage?.attachedTo) || []),
      ...((PolicyUsageFilter !== 'PermissionsPolicy' && usage?.boundaryOf) || []),
    ]);
    const { items, page } = pageOf(
      'ListEntitiesForPolicy',
      input,
      [...entities].filter(
        ({ kind, path }) =>
          (EntityFilter === undefined || EntityFilter === kind) && path.startsWith(PathPrefix),
      ),
      ({ kind, name }) => `${kind}/${name}`,
    );
    return {
      PolicyGroups: [],
      PolicyUsers: items
        .filter(({ kind }) => kind === 'User')
        .map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: items
        .filter(({ kind }) => kind === 'Role')
        .map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...page,
    };
  },
});
