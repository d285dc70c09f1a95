import type { Place } from '../access/arn.ts';
import { type IdentityClaim, identityOrigin } from '../access/assume.ts';
import type { SessionGrant } from '../credentials/issuer.ts';
import type { BrokerTrial } from '../credentials/sts.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { PoolDocument } from '../store/documents.ts';
import { type FederationServices, sessionIn } from './exchange.ts';
import type { Pool } from './pools.ts';
import { mergedTags } from './principal-tags.ts';

/** How a brokered role of a pool fares at the foreign STS. */
export interface BrokeredRole {
  /** The role here. */
  readonly roleArn: string;
  readonly isGuest: boolean;
  /** Undefined when the role here would not have let the trial in, for the reason of the refusal. */
  readonly trial?: BrokerTrial;
  readonly refusal?: ServiceError;
}

/**
 * Asks the foreign STS of every brokered role of a pool for a session, as an identity that nobody has, and throws away what
 * it gives. The roles are those that the pool's configuration names; what tokens or assertions may offer besides is not
 * known before they do.
 */
export async function explainBrokers(
  services: FederationServices,
  poolId: PoolId,
): Promise<readonly BrokeredRole[]> {
  const pool = await services.pools.get(poolId);
  const roles = rolesOf(pool.document).filter(({ roleArn }) => isBrokered(pool.document, roleArn));
  return Promise.all(roles.map(({ roleArn, isGuest }) => tryRole(services, pool, roleArn, isGuest)));
}

async function tryRole(
  services: FederationServices,
  pool: Pool,
  roleArn: string,
  isGuest: boolean,
): Promise<BrokeredRole> {
  const claim: IdentityClaim = {
    identityId: nobody(services.place),
    poolId: pool.document.poolId,
    amr: [isGuest ? 'unauthenticated' : 'authenticated'],
    tags: isGuest ? {} : trialTags(pool.document),
  };
  try {
    const grant = await sessionIn(services, roleArn, { pool, claim, isGuest });
    const trial = await services.brokers.tryOut(pool.document, grant);
    return { roleArn, isGuest, ...(trial && { trial }) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { roleArn, isGuest, refusal: error };
  }
}

/** The id that no identity has: stores that keep something for every identity keep one thing for all trials. */
function nobody({ region }: Pick<Place, 'region'>): IdentityId {
  return `${region}:00000000-0000-0000-0000-000000000000` as IdentityId;
}

/** The same session for the identity that nobody has, in place of one that is not made yet. */
export function asNobody(grant: SessionGrant, place: Pick<Place, 'region'>): SessionGrant {
  const { poolId, federation } = grant;
  if (poolId === undefined || federation === undefined) return grant;
  const claim = { identityId: nobody(place), poolId, amr: federation.amr, tags: grant.tags };
  return { ...grant, ...identityOrigin(claim) };
}

/** Every tag that the pool may draw from a login, with a value for the trial. */
function trialTags({ principalTags }: PoolDocument): Readonly<Record<string, string>> {
  const keys = Object.values(principalTags).flatMap(({ useDefaults, tags }) =>
    useDefaults ? ['username', 'client'] : Object.keys(tags),
  );
  return mergedTags(keys.map((key) => ({ [key]: 'trial' })));
}

function rolesOf({ roles, roleMappings, settings }: PoolDocument): { roleArn: string; isGuest: boolean }[] {
  const { authenticated, unauthenticated } = roles;
  const mapped = Object.values(roleMappings).flatMap(({ rules = [] }) => rules.map((rule) => rule.roleArn));
  const named = Object.keys(settings?.brokers ?? {}).filter((arn) => arn !== '*' && arn !== unauthenticated);
  const signedIn = new Set([...(authenticated === undefined ? [] : [authenticated]), ...mapped, ...named]);
  return [
    ...[...signedIn].map((roleArn) => ({ roleArn, isGuest: false })),
    ...(unauthenticated === undefined ? [] : [{ roleArn: unauthenticated, isGuest: true }]),
  ];
}

function isBrokered({ settings }: PoolDocument, roleArn: string): boolean {
  const brokers = settings?.brokers ?? {};
  return Object.hasOwn(brokers, roleArn) || Object.hasOwn(brokers, '*');
}

/** A trial in one sentence: whom it asked for what, and what became of it. */
export function describeTrial({ endpoint, roleArn, asked, refusal }: BrokerTrial): string {
  if (refusal !== undefined) return refusal.reason ?? refusal.message;
  const { roleSessionName = '', durationSeconds = 0 } = asked ?? {};
  return `the STS at ${new URL(endpoint).host} gives ${roleArn} as ${roleSessionName} for ${durationSeconds} s`;
}
