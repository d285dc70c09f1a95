import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { requireNoPolicies } from './attached-policies.ts';
import { remove } from './kind.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { roleName } from './shapes.ts';

/** Deletes a role that has no policies any more; its sessions can do nothing from then on. */
export const DeleteRole = operation({
  name: 'DeleteRole',
  access: { action: 'iam:DeleteRole', resource: roleResource },
  input: structure({ RoleName: required(roleName) }),
  async handle(services: IamServices, { RoleName }) {
    await remove(services, roles, RoleName, requireNoPolicies);
    return undefined;
  },
});
