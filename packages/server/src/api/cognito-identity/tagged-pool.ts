import { poolArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import type { CognitoIdentityServices } from './services.ts';

/**
 * The pool that a tagged resource's ARN names. What is no ARN of a pool here is nothing the caller may touch: AWS says
 * AccessDenied to it. Throws AccessDeniedException.
 */
export function poolIdOf({ place }: CognitoIdentityServices, resourceArn: string): string {
  const prefix = poolArn(place, '');
  if (!resourceArn.startsWith(prefix)) {
    throw new ServiceError('AccessDeniedException', `Access to resource '${resourceArn}' is denied.`);
  }
  return resourceArn.slice(prefix.length);
}

/** Tagging is authorised for the very ARN it names. */
export function taggedResource(
  _services: CognitoIdentityServices,
  input: { readonly ResourceArn: string },
): string {
  return input.ResourceArn;
}
