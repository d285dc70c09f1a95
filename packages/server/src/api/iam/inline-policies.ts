import { ServiceError } from '../../errors.ts';
import type { Output } from '../protocol/operation.ts';
import { change, find, type Kind } from './kind.ts';
import { type Paging, pageOf } from './listing.ts';
import { inlinePolicyText, percentEncoded, sizeOf } from './policy-text.ts';
import type { IamServices } from './services.ts';

interface WithInlinePolicies {
  readonly inlinePolicies: Readonly<Record<string, string>>;
}

/** Adds an inline policy, or replaces the one of that name. Throws MalformedPolicyDocument, LimitExceeded and NoSuchEntity. */
export async function putPolicy<T extends WithInlinePolicies>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  policy: { readonly PolicyName: string; readonly PolicyDocument: string },
  /** Characters of all inline policies together, white space left out. */
  quota: number,
): Promise<undefined> {
  const text = inlinePolicyText(policy.PolicyDocument);
  await change(services, kind, name, (document) => {
    const inlinePolicies = { ...document.inlinePolicies, [policy.PolicyName]: text };
    if (sizeOf(Object.values(inlinePolicies).join('')) > quota) {
      throw new ServiceError(
        'LimitExceeded',
        `Maximum policy size of ${quota} bytes exceeded for ${kind.noun} ${name}`,
      );
    }
    return { ...document, inlinePolicies };
  });
  return undefined;
}

/** An inline policy as the answers carry it. Throws NoSuchEntity. */
export async function getPolicy<T extends WithInlinePolicies>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  policyName: string,
): Promise<Output> {
  const { value } = await find(services, kind, name);
  return {
    PolicyName: policyName,
    PolicyDocument: percentEncoded(textOf(kind, value, policyName)),
  };
}

export async function listPolicies<T extends WithInlinePolicies>(
  operation: string,
  services: IamServices,
  kind: Kind<T>,
  name: string,
  paging: Paging,
): Promise<Output> {
  const { value } = await find(services, kind, name);
  const { items, page } = pageOf(
    operation,
    paging,
    Object.keys(value.inlinePolicies),
    (policyName) => policyName,
  );
  return { PolicyNames: items, ...page };
}

/** Throws NoSuchEntity when there is no such policy. */
export async function deletePolicy<T extends WithInlinePolicies>(
  services: IamServices,
  kind: Kind<T>,
  name: string,
  policyName: string,
): Promise<undefined> {
  await change(services, kind, name, (document) => {
    textOf(kind, document, policyName);
    const { [policyName]: _, ...inlinePolicies } = document.inlinePolicies;
    return { ...document, inlinePolicies };
  });
  return undefined;
}

function textOf<T extends WithInlinePolicies>(
  { noun }: Kind<T>,
  { inlinePolicies }: WithInlinePolicies,
  policyName: string,
): string {
  // A name such as `constructor` is one like any other.
  const text = Object.hasOwn(inlinePolicies, policyName) ? inlinePolicies[policyName] : undefined;
  if (text === undefined)
    throw new ServiceError('NoSuchEntity', `The ${noun} policy with name ${policyName} cannot be found.`);
  return text;
}
