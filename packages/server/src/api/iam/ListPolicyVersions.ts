import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import { pageOf } from './listing.ts';
import { describeVersion, managedPolicies, policyResource } from './managed-policy.ts';
import type { IamServices } from './services.ts';
import { arn, paging } from './shapes.ts';

/** A managed policy's versions, the latest first. */
export const ListPolicyVersions = operation({
  name: 'ListPolicyVersions',
  access: { action: 'iam:ListPolicyVersions', resource: policyResource },
  input: structure({ PolicyArn: required(arn), ...paging }),
  async handle(services: IamServices, { PolicyArn, ...asked }) {
    const { value: policy } = await find(services, managedPolicies, PolicyArn);
    const { items, page } = pageOf('ListPolicyVersions', asked, policy.versions, ({ versionId }) =>
      latestFirst(versionId),
    );
    return { Versions: items.map((version) => describeVersion(policy, version)), ...page };
  },
});

/** A key that is the smaller the later the version. */
function latestFirst(versionId: string): string {
  return String(1e9 - Number(versionId.slice(1))).padStart(10, '0');
}
