import { ServiceError } from '../errors.ts';
import type { IdentityId } from '../ids.ts';
import { mintPoolToken } from './pool-token.ts';
import { comeBack, type Logins, type StandingServices } from './standing.ts';

/** Seconds. Source: API reference, GetOpenIdToken. */
const lifetime = 600;

/**
 * The first half of the basic flow: a token of the pool for an identity, to be shown to AssumeRoleWithWebIdentity.
 * A pool that never said anything about the basic flow has it; one with role mappings cannot have it, because there
 * the client chooses its role itself.
 */
export async function openIdToken(
  services: StandingServices,
  identityId: IdentityId,
  logins: Logins,
): Promise<{ identityId: IdentityId; token: string }> {
  const { pool, claim } = await comeBack(services, identityId, logins);
  if (pool.document.allowClassicFlow === false) {
    throw classicFlowRefused('not enabled');
  }
  if (Object.keys(pool.document.roleMappings).length > 0) {
    throw classicFlowRefused('not supported with RoleMappings');
  }
  return { identityId: claim.identityId, token: await mintPoolToken(services, claim, lifetime) };
}

function classicFlowRefused(why: string): ServiceError {
  return new ServiceError(
    'InvalidParameterException',
    `Basic (classic) flow is ${why}, please use enhanced flow.`,
  );
}
