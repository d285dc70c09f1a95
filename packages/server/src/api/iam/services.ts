import type { AccessKeys } from '../../access/access-keys.ts';
import type { Place } from '../../access/arn.ts';
import type { ManagedPolicies } from '../../access/managed-policies.ts';
import type { Roles } from '../../access/roles.ts';
import type { Users } from '../../access/users.ts';
import type { Clock } from '../../clock.ts';
import type { Pools } from '../../federation/pools.ts';
import type { MasterKey } from '../../keys/master.ts';
import type { Store } from '../../store/store.ts';

/** What the operations of IAM work with. */
export interface IamServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  readonly master: MasterKey;
  readonly roles: Pick<Roles, 'forget'>;
  readonly users: Pick<Users, 'forget'>;
  readonly managedPolicies: Pick<ManagedPolicies, 'forget'>;
  readonly accessKeys: Pick<AccessKeys, 'forget'>;
  readonly pools: Pick<Pools, 'forgetProvider'>;
}
