import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { policyText } from './policy-text.ts';
import { changeRole, roleResource } from './role.ts';
import type { IamServices } from './services.ts';
import { policyDocument, policyName, roleName } from './shapes.ts';

/** Characters of all inline policies of a role together, white space left out. */
const inlineQuota = 10_240;

/** Adds an inline policy to a role, or replaces the one of that name. */
export const PutRolePolicy = operation({
  name: 'PutRolePolicy',
  access: { action: 'iam:PutRolePolicy', resource: roleResource },
  input: structure({
    RoleName: required(roleName),
    PolicyName: required(policyName),
    PolicyDocument: required(policyDocument),
  }),
  async handle(services: IamServices, { RoleName, PolicyName, PolicyDocument }) {
    const text = policyText(PolicyDocument, 'identity');
    await changeRole(services, RoleName, (role) => {
      const inlinePolicies = { ...role.inlinePolicies, [PolicyName]: text };
      const size = Object.values(inlinePolicies).join('').replace(/\s/g, '').length;
      if (size > inlineQuota) {
        throw new ServiceError(
          'LimitExceeded',
          `Maximum policy size of ${inlineQuota} bytes exceeded for role ${RoleName}`,
        );
      }
      return { ...role, inlinePolicies };
    });
    return undefined;
  },
});
