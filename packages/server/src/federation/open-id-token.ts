import { ServiceError } from '../errors.ts';
import type { IdentityId } from '../ids.ts';
import { poolOf } from './identities.ts';
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
  // Before anything is linked: who is refused leaves no trace.
  const { document } = await services.pools.get(await poolOf(services, identityId));
  if (document.allowClassicFlow === false) throw classicFlowRefused('not enabled');
  if (Object.keys(document.roleMappings).length > 0)
    throw classicFlowRefused('not supported with RoleMappings');
  const { claim } = await comeBack(services, identityId, logins);
  return { identityId: claim.identityId, token: await mintPoolToken(services, claim, lifetime) };
}

function classicFlowRefused(why: string): ServiceError {
  return new ServiceError(
    'InvalidParameterException',
    `Basic (classic) flow is ${why}, please use enhanced flow.`,
  );
}
