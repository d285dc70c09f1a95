import type { Place } from '../../access/arn.ts';
import type { AuthorizationServices } from '../../access/authorize.ts';
import type { Clock } from '../../clock.ts';
import type { FederationServices } from '../../federation/exchange.ts';
import type { Store } from '../../store/store.ts';

/** What the operations of Cognito Identity work with. */
export interface CognitoIdentityServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  readonly federation: FederationServices;
  readonly authorization: AuthorizationServices;
}
