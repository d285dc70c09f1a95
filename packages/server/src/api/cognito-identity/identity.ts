import { poolArn } from '../../access/arn.ts';
import type { IdentityWithLogins } from '../../store/store.ts';
import type { Output } from '../protocol/operation.ts';
import type { CognitoIdentityServices } from './services.ts';

/** An identity as the API shows it: of its logins only the providers' names. */
export function describeIdentity(identity: IdentityWithLogins): Output {
  return {
    IdentityId: identity.identityId,
    Logins:
      identity.logins.length === 0
        ? undefined
        : [...new Set(identity.logins.map(({ provider }) => provider))],
    CreationDate: new Date(identity.createdAt),
    LastModifiedDate: new Date(identity.modifiedAt),
  };
}

/** Identities have no ARN of their own: operations on them are authorised for all pools. */
export function everyPool({ place }: CognitoIdentityServices): string {
  return poolArn(place, '*');
}
