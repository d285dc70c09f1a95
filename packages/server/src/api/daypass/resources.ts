import { poolArn } from '../../access/arn.ts';
import type { DaypassServices } from './services.ts';

/** The ARN that our own operations on one pool are authorised for: the pool's, as on AWS. */
export function daypassPool({ place }: DaypassServices, input: { readonly IdentityPoolId: string }): string {
  return poolArn(place, input.IdentityPoolId);
}
