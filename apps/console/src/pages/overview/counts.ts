import { type Api, ApiError } from '../../api/client.ts';
import { everyPage } from '../../api/pages.ts';
import { listPools, type PoolName } from '../../api/pools.ts';
import { listRoles } from '../../api/roles.ts';
import { membersAt } from '../../api/xml.ts';

/** What there is, and who is active; undefined where whoever is signed in may not know. */
export interface Counts {
  readonly pools: readonly PoolName[] | undefined;
  readonly roles: number | undefined;
  readonly providers: number | undefined;
  /** Pools that one may not look into are left out. */
  readonly active: readonly ActiveInPool[];
}

/** How many identities of a pool were seen within a day; at least as many where there are `more`. */
interface ActiveInPool {
  readonly pool: PoolName;
  readonly identities: number;
  readonly more: boolean;
}

/** Pools beyond these are not looked into. */
const mostPools = 20;
/** Where a pool has more active identities than this nobody counts on. */
const mostIdentities = 300;

export async function count(api: Api): Promise<Counts> {
  const [pools, roles, oidc, saml] = await Promise.all([
    unlessDenied(listPools(api)),
    unlessDenied(listRoles(api)),
    unlessDenied(api.iam('ListOpenIDConnectProviders')),
    unlessDenied(api.iam('ListSAMLProviders')),
  ]);
  const looked = (pools ?? []).slice(0, mostPools).map((pool) => unlessDenied(activeIn(api, pool)));
  const active = (await Promise.all(looked)).filter((found) => found !== undefined);
  return {
    pools,
    roles: roles?.length,
    providers:
      oidc &&
      saml &&
      membersAt(oidc, 'OpenIDConnectProviderList').length + membersAt(saml, 'SAMLProviderList').length,
    active: active.toSorted((a, b) => b.identities - a.identities),
  };
}

async function unlessDenied<Answer>(asking: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ApiError && /^AccessDenied(Exception)?$/.test(error.code)) return undefined;
    throw error;
  }
}

async function activeIn(api: Api, pool: PoolName): Promise<ActiveInPool> {
  const From = Math.floor(Date.now() / 1000) - 24 * 60 * 60;
  let more = false;
  const seen = await everyPage(async (NextToken) => {
    const { IdentityPoolId } = pool;
    const answer = await api.daypass<{ Identities: unknown[]; NextToken?: string }>('FindIdentities', {
      IdentityPoolId,
      LastSeen: { From },
      MaxResults: 60,
      NextToken,
    });
    more = answer.NextToken !== undefined;
    return { items: answer.Identities, next: answer.NextToken };
  }, mostIdentities);
  return { pool, identities: seen.length, more };
}

/** How many are active in all, with a `+` where there are more. */
export function allActive({ active, pools = [] }: Pick<Counts, 'active' | 'pools'>): string {
  const sum = active.reduce((sum, { identities }) => sum + identities, 0);
  return `${sum}${active.some(({ more }) => more) || pools.length > active.length ? '+' : ''}`;
}
