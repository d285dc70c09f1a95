import type { Place } from '../../access/arn.ts';
import type { Roles } from '../../access/roles.ts';
import type { Clock } from '../../clock.ts';
import type { Pools } from '../../federation/pools.ts';
import type { Store } from '../../store/store.ts';

/** What the operations of IAM work with. */
export interface IamServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  readonly roles: Roles;
  readonly pools: Pools;
}
