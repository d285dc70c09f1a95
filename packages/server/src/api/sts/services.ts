import type { PolicySet } from '@daypass/policy';
import type { Place } from '../../access/arn.ts';
import type { Caller } from '../../access/caller.ts';
import type { ManagedPolicies } from '../../access/managed-policies.ts';
import type { Roles } from '../../access/roles.ts';
import type { Clock } from '../../clock.ts';
import type { CredentialIssuer, OwnerCredentialIssuer } from '../../credentials/issuer.ts';
import type { PoolTokenServices } from '../../federation/pool-token.ts';
import type { Store } from '../../store/store.ts';
import type { TokenVerifier } from '../../tokens/login.ts';

/** What the operations of STS work with. */
export interface StsServices extends PoolTokenServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  readonly roles: Pick<Roles, 'byArn'>;
  readonly managedPolicies: Pick<ManagedPolicies, 'byArn'>;
  readonly tokens: Pick<TokenVerifier, 'verify' | 'verifyOidcToken' | 'verifySaml' | 'spendSaml'>;
  readonly credentials: CredentialIssuer;
  readonly ownerCredentials: OwnerCredentialIssuer;
  policiesOf(caller: Caller): Promise<PolicySet | undefined>;
}
