import { ServiceError } from '../../errors.ts';
import type { Output } from '../protocol/operation.ts';
import { change, find, type Kind } from './kind.ts';
import { type Paging, pageOf } from './listing.ts';
import { managedPolicies } from './managed-policy.ts';
import type { IamServices } from './services.ts';

interface WithAttachedPolicies {
  readonly attachedPolicyArns: readonly string[];
}

const mostAttached = 10;

/** Attaches a managed policy; once more changes nothing. Throws NoSuchEntity and LimitExceeded. */
export async function attach<T extends WithAttachedPolicies>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  policyArn: string,
  quota: 'PoliciesPerRole' | 'PoliciesPerUser',
): Promise<undefined> {
  await find(services, kind, name);
  const attachable = {
    ...managedPolicies,
    missing: (arn: string) => `Policy ${arn} does not exist or is not attachable.`,
  };
  await find(services, attachable, policyArn);
  await change(services, kind, name, (document) => {
    if (document.attachedPolicyArns.includes(policyArn)) return document;
    if (document.attachedPolicyArns.length >= mostAttached)
      throw new ServiceError('LimitExceeded', `Cannot exceed quota for ${quota}: ${mostAttached}`);
    return { ...document, attachedPolicyArns: [...document.attachedPolicyArns, policyArn] };
  });
  await holdPolicy(services, attachable, policyArn, () =>
    change(services, kind, name, (document) => withoutPolicy(document, policyArn)),
  );
  return undefined;
}

/**
 * Makes sure that a policy that has just been referred to was not deleted at the same time, since a policy made anew
 * under its ARN would be in force unseen: the policy's version goes up, so a deletion that has already looked for
 * references fails; if it was faster, the reference is taken back and NoSuchEntity thrown.
 */
export async function holdPolicy(
  services: IamServices,
  kind: typeof managedPolicies,
  policyArn: string,
  takeBack: () => Promise<unknown>,
): Promise<void> {
  try {
    await change(services, kind, policyArn, (policy) => policy);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchEntity') await takeBack();
    throw error;
  }
}

/** Throws NoSuchEntity when the policy is not attached. */
export async function detach<T extends WithAttachedPolicies>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  policyArn: string,
): Promise<undefined> {
  managedPolicies.key(services, policyArn);
  await change(services, kind, name, (document) => {
    if (!document.attachedPolicyArns.includes(policyArn))
      throw new ServiceError('NoSuchEntity', managedPolicies.missing(policyArn));
    return withoutPolicy(document, policyArn);
  });
  return undefined;
}

export async function listAttached<T extends WithAttachedPolicies>(
  operation: string,
  services: IamServices,
  kind: Kind<T>,
  name: string,
  { PathPrefix = '/', ...paging }: Paging & { readonly PathPrefix?: string },
): Promise<Output> {
  const { value } = await find(services, kind, name);
  const policies = value.attachedPolicyArns.map((PolicyArn) => ({
    PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
    PolicyArn,
  }));
  const { items, page } = pageOf(
    operation,
    paging,
    policies.filter(({ PolicyArn }) => pathOf(PolicyArn).startsWith(PathPrefix)),
    ({ PolicyName }) => PolicyName,
  );
  return { AttachedPolicies: items, ...page };
}

/** Throws DeleteConflict while a role or a user has policies. */
export function requireNoPolicies(document: {
  readonly attachedPolicyArns: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, string>>;
}): void {
  if (document.attachedPolicyArns.length > 0)
    throw new ServiceError('DeleteConflict', 'Cannot delete entity, must detach all policies first.');
  if (Object.keys(document.inlinePolicies).length > 0)
    throw new ServiceError('DeleteConflict', 'Cannot delete entity, must delete policies first.');
}

function pathOf(policyArn: string): string {
  return policyArn.slice(policyArn.indexOf('/'), policyArn.lastIndexOf('/') + 1);
}

function withoutPolicy<T extends WithAttachedPolicies>(document: T, policyArn: string): T {
  return {
    ...document,
    attachedPolicyArns: document.attachedPolicyArns.filter((arn) => arn !== policyArn),
  };
}
