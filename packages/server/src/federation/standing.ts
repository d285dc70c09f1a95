import type { IdentityClaim } from '../access/assume.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { Login, TokenVerifier } from '../tokens/login.ts';
import { cognitoError, cognitoTokenNotAccepted, notACognitoToken, TokenRefused } from '../tokens/refusal.ts';
import {
  type IdentityServices,
  identityOf,
  knownGuest,
  newGuest,
  poolOf,
  stillEnabled,
} from './identities.ts';
import { type PoolTokenServices, verifyPoolToken } from './pool-token.ts';
import type { Pool, Pools } from './pools.ts';
import { principalTags } from './principal-tags.ts';
import { loginsDoNotMatch } from './reconcile.ts';

export interface StandingServices extends IdentityServices, PoolTokenServices {
  readonly pools: Pools;
  readonly tokens: TokenVerifier;
}

/** Login key → token, as clients send it. */
export type Logins = Readonly<Record<string, string>>;

/** Who a caller is in a pool, and on what grounds. */
export interface Standing {
  readonly pool: Pool;
  readonly claim: IdentityClaim;
  /** Proven logins; none for a guest, and none when one of the pool's own tokens was shown. */
  readonly logins: readonly Login[];
  readonly isGuest: boolean;
}

/** Asked with a standing before anything is written for it; throws to refuse. */
type StandingAdmission = (standing: Standing) => Promise<unknown>;

const anybody: StandingAdmission = async () => undefined;

/** The key under which a client hands back a token that the pool issued. */
const ownTokens = 'cognito-identity.amazonaws.com';

/** The identity of logins that come without one: found or made, a new guest when there are none. */
export async function arrive(
  services: StandingServices,
  poolId: PoolId,
  logins: Logins,
  admit = anybody,
): Promise<Standing> {
  if (Object.hasOwn(logins, ownTokens)) throw cognitoTokenNotAccepted();
  const pool = await services.pools.get(poolId);
  const proven = await prove(services, pool, logins);
  const admission = (identityId: IdentityId) => admit(standing(pool, identityId, proven));
  const identityId =
    proven.length === 0
      ? await newGuest(services, pool, admission)
      : await identityOf(services, pool, proven, undefined, admission);
  return standing(pool, identityId, proven);
}

/**
 * The identity a client names, if what it shows entitles it to: nothing for a guest, else a login of that identity or a
 * token that the pool issued for it. Further logins are linked; after a merge the answer is the surviving identity.
 */
export async function comeBack(
  services: StandingServices,
  identityId: IdentityId,
  logins: Logins,
  admit = anybody,
): Promise<Standing> {
  const pool = await services.pools.get(await poolOf(services, identityId));
  const own = await byOwnToken(services, pool, identityId, logins);
  if (own !== undefined) return own;
  const proven = await prove(services, pool, logins);
  const admission = (settled: IdentityId) => admit(standing(pool, settled, proven));
  const settled =
    proven.length === 0
      ? await knownGuest(services, pool, identityId)
      : await identityOf(services, pool, proven, identityId, admission);
  return standing(pool, settled, proven);
}

/**
 * The standing that one of the pool's own tokens gives; undefined when none is shown. It stands alone: what a login
 * beside it would mean is nowhere documented, so it is refused.
 */
export async function byOwnToken(
  services: StandingServices,
  pool: Pool,
  identityId: IdentityId,
  logins: Logins,
): Promise<Standing | undefined> {
  const token = Object.hasOwn(logins, ownTokens) ? logins[ownTokens] : undefined;
  if (token === undefined) return undefined;
  if (Object.keys(logins).length > 1) throw cognitoTokenNotAccepted();
  const claim = await ownClaim(services, token);
  if (claim.identityId !== identityId || claim.poolId !== pool.document.poolId) {
    throw loginsDoNotMatch('the token is of another identity');
  }
  const isGuest = claim.amr[0] !== 'authenticated';
  // A token from the time before somebody signed in to the identity opens it no longer.
  if (isGuest) await knownGuest(services, pool, identityId);
  else await stillEnabled(services, identityId);
  return { pool, claim, logins: [], isGuest };
}

async function ownClaim(services: PoolTokenServices, token: string): Promise<IdentityClaim> {
  try {
    return await verifyPoolToken(services, token);
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    throw error.kind === 'expired' ? cognitoError(error) : notACognitoToken(error.message);
  }
}

/** Every token must hold, or none counts. */
export async function prove(
  services: StandingServices,
  pool: Pool,
  logins: Logins,
): Promise<readonly Login[]> {
  const proven: Login[] = [];
  for (const key in logins) proven.push(await services.tokens.verify(key, logins[key] ?? '', pool.providers));
  return proven;
}

function standing(pool: Pool, identityId: IdentityId, logins: readonly Login[]): Standing {
  const { document } = pool;
  const claim = {
    identityId,
    poolId: document.poolId,
    amr: methods(logins),
    tags: principalTags(document, logins),
  };
  return { pool, claim, logins, isGuest: logins.length === 0 };
}

/** The authentication methods of the pool's own tokens: `authenticated`, then two entries for each login. */
function methods(logins: readonly Login[]): readonly string[] {
  if (logins.length === 0) return ['unauthenticated'];
  return ['authenticated', ...logins.flatMap((login) => [login.provider, login.amr])];
}
