import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { change } from './kind.ts';
import { trustPolicyText } from './policy-text.ts';
import { roleResource, roles } from './role.ts';
import type { IamServices } from './services.ts';
import { policyDocument, roleName } from './shapes.ts';

/** Replaces who may assume a role. */
export const UpdateAssumeRolePolicy = operation({
  name: 'UpdateAssumeRolePolicy',
  access: { action: 'iam:UpdateAssumeRolePolicy', resource: roleResource },
  input: structure({ RoleName: required(roleName), PolicyDocument: required(policyDocument) }),
  async handle(services: IamServices, { RoleName, PolicyDocument }) {
    const trustPolicy = trustPolicyText(PolicyDocument);
    await change(services, roles, RoleName, (role) => ({ ...role, trustPolicy }));
    return undefined;
  },
});
