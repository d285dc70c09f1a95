import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { paging, roleName } from './shapes.ts';

/** Always empty: there are no instances here. Terraform asks before it deletes a role. */
export const ListInstanceProfilesForRole = operation({
  name: 'ListInstanceProfilesForRole',
  access: { action: 'iam:ListInstanceProfilesForRole', resource: roleResource },
  input: structure({ RoleName: required(roleName), ...paging }),
  async handle(services: IamServices, { RoleName }) {
    await find(services, roles, RoleName);
    return { InstanceProfiles: [], IsTruncated: false };
  },
});
