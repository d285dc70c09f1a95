import { ServiceError } from '../../errors.ts';
import { type AnyOperation, operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { find } from './kind.ts';
import type { IamServices } from './services.ts';
import { existingUserName, paging, userName } from './shapes.ts';
import { namedOrCalling, userResource, users } from './user.ts';

/** Lists of what IAM users can have elsewhere and never have here: operation → the list's member in its answer. */
const lists: Readonly<Record<string, string>> = {
  ListMFADevices: 'MFADevices',
  ListSSHPublicKeys: 'SSHPublicKeys',
  ListServiceSpecificCredentials: 'ServiceSpecificCredentials',
  ListSigningCertificates: 'Certificates',
};

function emptyList(name: string, member: string): AnyOperation<IamServices> {
  return operation({
    name,
    access: { action: `iam:${name}`, resource: userResource },
    input: structure({ UserName: existingUserName, ...paging }),
    async handle(services: IamServices, { UserName }, context) {
      await find(services, users, namedOrCalling(UserName, context));
      return { [member]: [], IsTruncated: false };
    },
  });
}

const ListGroupsForUser = operation({
  name: 'ListGroupsForUser',
  access: { action: 'iam:ListGroupsForUser', resource: userResource },
  input: structure({ UserName: required(existingUserName), ...paging }),
  async handle(services: IamServices, { UserName }) {
    await find(services, users, UserName);
    return { Groups: [], IsTruncated: false };
  },
});

const ListVirtualMFADevices = operation({
  name: 'ListVirtualMFADevices',
  access: { action: 'iam:ListVirtualMFADevices', resource: () => '*' },
  input: structure({
    AssignmentStatus: string({ values: ['Assigned', 'Unassigned', 'Any'] }),
    ...paging,
  }),
  handle: async (_: IamServices) => ({ VirtualMFADevices: [], IsTruncated: false }),
});

const DeleteLoginProfile = operation({
  name: 'DeleteLoginProfile',
  access: { action: 'iam:DeleteLoginProfile', resource: userResource },
  input: structure({ UserName: userName }),
  async handle(services: IamServices, { UserName }, context) {
    const name = namedOrCalling(UserName, context);
    await find(services, users, name);
    throw new ServiceError('NoSuchEntity', `Login Profile for User ${name} cannot be found.`);
  },
});

/** What clients ask for before they delete a user (Terraform, with `force_destroy`): there is never anything. */
export const absentOperations = [
  ...Object.entries(lists).map(([name, member]) => emptyList(name, member)),
  ListGroupsForUser,
  ListVirtualMFADevices,
  DeleteLoginProfile,
];
