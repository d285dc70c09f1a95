import { identityGrant, trustsIdentity } from '../access/assume.ts';
import { guestScopeDown } from '../access/guest-scope-down.ts';
import type { Roles } from '../access/roles.ts';
import type { CredentialIssuer, SessionGrant, TemporaryCredentials } from '../credentials/issuer.ts';
import type { Brokers } from '../credentials/sts.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { chooseRole, misconfigured } from './choose-role.ts';
import { poolOf } from './identities.ts';
import type { Pool } from './pools.ts';
import { fitIntoSession } from './principal-tags.ts';
import { arrive, comeBack, type Logins, type Standing, type StandingServices } from './standing.ts';

export interface FederationServices extends StandingServices {
  readonly roles: Roles;
  readonly credentials: CredentialIssuer;
  readonly brokers: Brokers;
  /** Told after every exchange of credentials. */
  seen(identityId: IdentityId): void;
}

interface CredentialsRequest {
  readonly identityId: IdentityId;
  readonly logins: Logins;
  readonly customRoleArn: string | undefined;
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
  { identityId, logins, customRoleArn }: CredentialsRequest,
): Promise<Exchange> {
  const grant = (standing: Standing) => grantFor(services, standing, customRoleArn);
  return enter(services, await grant(await comeBack(services, identityId, logins, grant)));
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
  if (identityId === undefined) {
    const grant = (standing: Standing) => grantFor(services, standing, customRoleArn);
    return enter(services, await grant(await arrive(services, poolId, logins, grant)));
  }
  if ((await poolOf(services, identityId)) !== poolId) {
    throw new ServiceError('ResourceNotFoundException', `Identity '${identityId}' not found.`, {
      reason: 'the identity belongs to another pool',
    });
  }
  return credentialsForIdentity(services, { identityId, logins, customRoleArn });
}

interface IdentityGrant {
  readonly identityId: IdentityId;
  readonly grant: SessionGrant;
  readonly issuer: CredentialIssuer;
}

/** The session that a standing entitles to, and who gives its credentials. Throws what `chooseRole` and `sessionIn` throw. */
async function grantFor(
  services: FederationServices,
  standing: Standing,
  customRoleArn: string | undefined,
): Promise<IdentityGrant> {
  const { pool, claim } = standing;
  const arn = chooseRole(pool.document, standing, customRoleArn);
  return {
    identityId: claim.identityId,
    grant: await sessionIn(services, arn, standing),
    issuer: services.brokers.issuerFor(pool.document, arn) ?? services.credentials,
  };
}

/**
 * The session of an identity in a role of its pool, if the role trusts it. Throws
 * InvalidIdentityPoolConfigurationException.
 */
export async function sessionIn(
  services: Pick<FederationServices, 'clock' | 'roles'>,
  arn: string,
  { pool, claim, isGuest }: Pick<Standing, 'pool' | 'claim' | 'isGuest'>,
): Promise<SessionGrant> {
  const role = await services.roles.byArn(arn);
  if (role === undefined) throw misconfigured(`there is no role ${arn}`);
  if (!fitIntoSession(claim.tags)) throw misconfigured('the principal tags do not fit into a session');
  const decision = trustsIdentity(role, claim, services.clock.now());
  if (!decision.allowed) throw misconfigured(`the trust policy of ${arn} does not let this identity in`);
  const lifetime = Math.min(
    pool.document.settings?.credentialLifetime ?? defaultLifetime,
    role.document.maxSessionDuration,
  );
  const grant = identityGrant(role, claim, lifetime, services.clock);
  return isGuest ? scopedDown(pool, grant) : grant;
}

/** The last step: the credentials themselves. */
async function enter(
  services: FederationServices,
  { identityId, grant, issuer }: IdentityGrant,
): Promise<Exchange> {
  const credentials = await issuer.issue(grant);
  services.seen(identityId);
  return { identityId, credentials };
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
