import { policyArn } from '../../access/arn.ts';
import { operation } from '../protocol/operation.ts';
import { boolean, string, structure } from '../protocol/shape.ts';
import { pageThrough } from './listing.ts';
import { describePolicy } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { paging, policyPath, policyUsage } from './shapes.ts';
import { usageOfPolicies } from './usage.ts';

/** Managed policies by name, without descriptions and tags. All are the account's own: AWS's are not kept here. */
export const ListPolicies = operation({
  name: 'ListPolicies',
  access: {
    action: 'iam:ListPolicies',
    resource: (_: IamServices, { PathPrefix = '/' }) => `policy path ${PathPrefix}`,
  },
  input: structure({
    Scope: string({ values: ['All', 'AWS', 'Local'] }),
    OnlyAttached: boolean(),
    PathPrefix: policyPath,
    PolicyUsageFilter: policyUsage,
    ...paging,
  }),
  async handle(services: IamServices, input) {
    const { Scope, OnlyAttached, PathPrefix = '/', PolicyUsageFilter } = input;
    const usage = await usageOfPolicies(services);
    const { items, page } = await pageThrough(
      'ListPolicies',
      input,
      services.store.collection('policies'),
      ({ path, policyName }) => {
        const used = usage.get(policyArn(services.place, path, policyName));
        const isAttached = (used?.attachedTo.length ?? 0) > 0;
        const isBoundary = (used?.boundaryOf.length ?? 0) > 0;
        return (
          Scope !== 'AWS' &&
          path.startsWith(PathPrefix) &&
          (isAttached || OnlyAttached !== true) &&
          (isAttached || PolicyUsageFilter !== 'PermissionsPolicy') &&
          (isBoundary || PolicyUsageFilter !== 'PermissionsBoundary')
        );
      },
    );
    return {
      Policies: items.map((policy) =>
        describePolicy(
          services,
          policy,
          usage.get(policyArn(services.place, policy.path, policy.policyName)),
        ),
      ),
      ...page,
    };
  },
});
