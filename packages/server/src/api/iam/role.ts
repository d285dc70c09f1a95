import { roleArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import type { RoleDocument } from '../../store/documents.ts';
import type { Versioned } from '../../store/store.ts';
import type { Output } from '../protocol/operation.ts';
import type { IamServices } from './services.ts';

/** A role as the API shows it: its trust policy percent-encoded (RFC 3986). */
export function describeRole({ place }: IamServices, role: RoleDocument): Output {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: roleArn(place, role.path, role.roleName),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: percentEncoded(role.trustPolicy),
    Description: role.description,
    PermissionsBoundary: role.permissionsBoundaryArn && {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: role.permissionsBoundaryArn,
    },
    Tags: describeTags(role.tags),
  };
}

/** Absent when there are none, as on AWS. */
export function describeTags(tags: Readonly<Record<string, string>>): Output[] | undefined {
  const entries = Object.entries(tags);
  return entries.length === 0 ? undefined : entries.map(([Key, Value]) => ({ Key, Value }));
}

export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The ARN that operations on a role by its name are authorised for. */
export function roleResource({ place }: IamServices, input: { readonly RoleName: string }): string {
  return roleArn(place, '/', input.RoleName);
}

/** Throws NoSuchEntity. */
export async function storedRole({ store }: IamServices, roleName: string): Promise<Versioned<RoleDocument>> {
  const stored = await store.collection('roles').get(roleName.toLowerCase());
  if (stored === undefined)
    throw new ServiceError('NoSuchEntity', `The role with name ${roleName} cannot be found.`);
  return stored;
}

/** Changes a role; throws NoSuchEntity, and ConcurrentModification when somebody else changed it in between. */
export async function changeRole(
  services: IamServices,
  roleName: string,
  change: (role: RoleDocument) => RoleDocument,
): Promise<RoleDocument> {
  const { value, version } = await storedRole(services, roleName);
  const changed = change(value);
  const replaced = await services.store.collection('roles').replace(roleName.toLowerCase(), changed, version);
  services.roles.forget(roleName);
  if (!replaced) {
    throw new ServiceError(
      'ConcurrentModification',
      'The request was rejected because the role was modified concurrently. Please try again.',
    );
  }
  return changed;
}

/** Tags as stored. Throws InvalidInput when a key is there twice: IAM's tag keys are unique regardless of case. */
export function readTags(
  tags: readonly { Key: string; Value: string }[] = [],
): Readonly<Record<string, string>> {
  const keys = new Set(tags.map(({ Key }) => Key.toLowerCase()));
  if (keys.size < tags.length) {
    throw new ServiceError(
      'InvalidInput',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  if ([...keys].some((key) => key.startsWith('aws:'))) {
    throw new ServiceError('InvalidInput', 'Tag keys that begin with aws: are reserved for system use.');
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
