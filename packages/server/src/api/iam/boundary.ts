import { isPolicyArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import type { Output } from '../protocol/operation.ts';
import { holdPolicy } from './attached-policies.ts';
import { change, find, type Kind } from './kind.ts';
import { managedPolicies } from './managed-policy.ts';
import type { IamServices } from './services.ts';

interface Bounded {
  readonly permissionsBoundaryArn?: string | undefined;
}

const scopes = {
  ...managedPolicies,
  missing: (arn: string) => `Scope ARN: ${arn} does not exist or is not attachable.`,
};

/** The member `PermissionsBoundary`, absent when there is none. */
export function describeBoundary({ permissionsBoundaryArn }: Bounded): Output {
  return {
    PermissionsBoundary: permissionsBoundaryArn && {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: permissionsBoundaryArn,
    },
  };
}

/** Makes sure that a boundary, if there is one, is a managed policy. Throws InvalidInput and NoSuchEntity. */
export async function requireBoundary(services: IamServices, arn: string | undefined): Promise<void> {
  if (arn === undefined) return;
  if (!isPolicyArn(arn)) throw new ServiceError('InvalidInput', `ARN ${arn} is not valid.`);
  await find(services, scopes, arn);
}

/** Makes sure that a boundary that has just been set was not deleted at the same time; see `holdPolicy`. */
export async function holdBoundary(
  services: IamServices,
  arn: string | undefined,
  takeBack: () => Promise<unknown>,
): Promise<void> {
  if (arn !== undefined) await holdPolicy(services, scopes, arn, takeBack);
}

/** Bounds a role or user by a managed policy. Throws InvalidInput and NoSuchEntity. */
export async function putBoundary<T extends Bounded>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  arn: string,
): Promise<undefined> {
  const before = (await find(services, kind, name)).value.permissionsBoundaryArn;
  await requireBoundary(services, arn);
  await change(services, kind, name, (document) => ({ ...document, permissionsBoundaryArn: arn }));
  await holdBoundary(services, arn, () =>
    change(services, kind, name, (document) => ({ ...document, permissionsBoundaryArn: before })),
  );
  return undefined;
}

export async function deleteBoundary<T extends Bounded>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
): Promise<undefined> {
  await change(services, kind, name, (document) => ({ ...document, permissionsBoundaryArn: undefined }));
  return undefined;
}
