import { identityGrant, trustsIdentity } from '../access/assume.ts';
import { guestScopeDown } from '../access/guest-scope-down.ts';
import type { Roles } from '../access/roles.ts';
import type { CredentialIssuer, SessionGrant, TemporaryCredentials } from '../credentials/issuer.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { chooseRole, misconfigured } from './choose-role.ts';
import { poolOf } from './identities.ts';
import type { Pool } from './pools.ts';
import { arrive, comeBack, type Logins, type Standing, type StandingServices } from './standing.ts';

export interface FederationServices extends StandingServices {
  readonly roles: Roles;
  readonly credentials: CredentialIssuer;
  /** Told after every exchange of credentials. */
  seen(identityId: IdentityId): void;
}

export interface Exchange {
  readonly identityId: IdentityId;
  readonly credentials: TemporaryCredentials;
}

/** Seconds: what AWS gives every session of an identity pool. */
const defaultLifetime = 3600;

/** Credentials for an identity that GetId gave. Source: API reference, GetCredentialsForIdentity. */
export async function credentialsForIdentity(
  services: FederationServices,
  request: { identityId: IdentityId; logins: Logins; customRoleArn: string | undefined },
): Promise<Exchange> {
  return enter(services, await comeBack(services, request.identityId, request.logins), request.customRoleArn);
}

/** GetId and GetCredentialsForIdentity in one round trip. With an identity id the first of the two is left out. */
export async function federate(
  services: FederationServices,
  request: {
    poolId: PoolId;
    identityId: IdentityId | undefined;
    logins: Logins;
    customRoleArn: string | undefined;
  },
): Promise<Exchange> {
  const { poolId, identityId, logins, customRoleArn } = request;
  if (identityId === undefined) return enter(services, await arrive(services, poolId, logins), customRoleArn);
  if ((await poolOf(services, identityId)) !== poolId) {
    throw new ServiceError('ResourceNotFoundException', `Identity '${identityId}' not found.`, {
      reason: 'the identity belongs to another pool',
    });
  }
  return credentialsForIdentity(services, { identityId, logins, customRoleArn });
}

/** The last step: credentials of the identity's role, if that role trusts it. */
async function enter(
  services: FederationServices,
  standing: Standing,
  customRoleArn: string | undefined,
): Promise<Exchange> {
  const { pool, claim } = standing;
  const arn = chooseRole(pool.document, standing, customRoleArn);
  const role = await services.roles.byArn(arn);
  if (role === undefined) throw misconfigured(`there is no role ${arn}`);
  const decision = trustsIdentity(role, claim, services.clock.now());
  if (!decision.allowed) throw misconfigured(`the trust policy of ${arn} does not let this identity in`);
  const lifetime = Math.min(
    pool.document.settings?.credentialLifetime ?? defaultLifetime,
    role.document.maxSessionDuration,
  );
  const grant = identityGrant(role, claim, lifetime, services.clock);
  const credentials = await services.credentials.issue(standing.isGuest ? scopedDown(pool, grant) : grant);
  services.seen(claim.identityId);
  return { identityId: claim.identityId, credentials };
}

const awsScopeDown = [...guestScopeDown.keys()];

/** A guest's session, with what the pool says guests may do at most. */
function scopedDown(pool: Pool, grant: SessionGrant): SessionGrant {
  const scopeDown = pool.document.settings?.guestScopeDown ?? 'aws';
  if (scopeDown === 'none') return grant;
  return scopeDown === 'aws'
    ? { ...grant, sessionPolicyArns: awsScopeDown }
    : { ...grant, sessionPolicy: scopeDown.policy };
}
