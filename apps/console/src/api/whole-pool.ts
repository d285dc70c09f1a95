import type { Api } from './client.ts';
import { type Pool, type PoolRoles, type PoolSettings, readPoolRoles, readSettings } from './pools.ts';
import { readTagMaps, type TagMap } from './tag-maps.ts';

/** A pool with everything that belongs to it. */
export interface WholePool {
  readonly pool: Pool;
  readonly roles: PoolRoles;
  readonly settings: PoolSettings;
  readonly tagMaps: readonly TagMap[];
}

export async function readWholePool(api: Api, IdentityPoolId: string): Promise<WholePool> {
  const describing = api.cognito<Pool>('DescribeIdentityPool', { IdentityPoolId });
  const [pool, roles, settings, tagMaps] = await Promise.all([
    describing,
    readPoolRoles(api, IdentityPoolId),
    readSettings(api, IdentityPoolId),
    describing.then((pool) => readTagMaps(api, pool)),
  ]);
  return { pool, roles, settings, tagMaps };
}
