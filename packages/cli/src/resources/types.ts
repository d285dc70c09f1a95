import { identityPool } from './identity-pool.ts';
import { inlinePolicy } from './inline-policy.ts';
import { managedPolicy } from './managed-policy.ts';
import { oidcProvider } from './oidc-provider.ts';
import { principalTag } from './principal-tag.ts';
import type { ResourceType } from './resource.ts';
import { role } from './role.ts';
import { roleAttachment } from './role-attachment.ts';
import { samlProvider } from './saml-provider.ts';

/** Every type of resource that is known, in the order in which they are deleted. */
export const resourceTypes: readonly ResourceType[] = [
  principalTag,
  roleAttachment,
  inlinePolicy,
  identityPool,
  role,
  managedPolicy,
  oidcProvider,
  samlProvider,
];

export function resourceType(type: string): ResourceType | undefined {
  return resourceTypes.find((candidate) => candidate.type === type);
}
