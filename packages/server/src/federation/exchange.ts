import { identityGrant, trustsIdentity } from '../access/assume.ts';
import type { Roles } from '../access/roles.ts';
import type { CredentialIssuer, TemporaryCredentials } from '../credentials/issuer.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { Login, TokenVerifier } from '../tokens/login.ts';
import { chooseRole, misconfigured } from './choose-role.ts';
import { type IdentityServices, identityOf, knownGuest, newGuest, poolOf } from './identities.ts';
import type { Pool, Pools } from './pools.ts';

export interface FederationServices extends IdentityServices {
  readonly pools: Pools;
  readonly tokens: TokenVerifier;
  readonly roles: Roles;
  readonly issuer: CredentialIssuer;
  /** Told after every exchange of credentials. */
  seen(identityId: IdentityId): void;
}

/** Login key → token, as clients send it. */
export type Logins = Readonly<Record<string, string>>;

export interface Exchange {
  readonly identityId: IdentityId;
  readonly credentials: TemporaryCredentials;
}

/** Seconds: what AWS gives every session of an identity pool. */
const defaultLifetime = 3600;

/** The identity of a set of logins, a new guest without any. Source: API reference, GetId. */
export async function getId(
  services: FederationServices,
  poolId: PoolId,
  logins: Logins,
): Promise<IdentityId> {
  const pool = await services.pools.get(poolId);
  const proven = await prove(services, pool, logins);
  return proven.length === 0 ? newGuest(services, pool) : identityOf(services, pool, proven);
}

/** Credentials for an identity that GetId gave. Source: API reference, GetCredentialsForIdentity. */
export async function credentialsForIdentity(
  services: FederationServices,
  request: { identityId: IdentityId; logins: Logins; customRoleArn: string | undefined },
): Promise<Exchange> {
  const pool = await services.pools.get(await poolOf(services, request.identityId));
  const proven = await prove(services, pool, request.logins);
  const identityId =
    proven.length === 0
      ? await knownGuest(services, pool, request.identityId)
      : await identityOf(services, pool, proven, request.identityId);
  return enter(services, pool, identityId, proven, request.customRoleArn);
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
  if (request.identityId !== undefined) {
    if ((await poolOf(services, request.identityId)) !== request.poolId) {
      throw new ServiceError('ResourceNotFoundException', `Identity '${request.identityId}' not found.`, {
        reason: 'the identity belongs to another pool',
      });
    }
    return credentialsForIdentity(services, { ...request, identityId: request.identityId });
  }
  const pool = await services.pools.get(request.poolId);
  const proven = await prove(services, pool, request.logins);
  const identityId =
    proven.length === 0 ? await newGuest(services, pool) : await identityOf(services, pool, proven);
  return enter(services, pool, identityId, proven, request.customRoleArn);
}

/** Every token must hold, or none counts. */
async function prove(services: FederationServices, pool: Pool, logins: Logins): Promise<readonly Login[]> {
  const proven: Login[] = [];
  for (const key in logins) proven.push(await services.tokens.verify(key, logins[key] ?? '', pool.providers));
  return proven;
}

/** The last step: the identity's role, if that role trusts it, for an hour. */
async function enter(
  services: FederationServices,
  pool: Pool,
  identityId: IdentityId,
  logins: readonly Login[],
  customRoleArn: string | undefined,
): Promise<Exchange> {
  const arn = chooseRole(pool.document, logins, customRoleArn);
  const role = await services.roles.byArn(arn);
  if (role === undefined) throw misconfigured(`there is no role ${arn}`);
  const claim = {
    identityId,
    poolId: pool.document.poolId,
    amr: methods(logins),
    tags: {},
  };
  if (!trustsIdentity(role, claim, services.clock.now()).allowed) {
    throw misconfigured(`the trust policy of ${arn} does not let this identity in`);
  }
  const lifetime = pool.document.settings?.credentialLifetime ?? defaultLifetime;
  const credentials = await services.issuer.issue(identityGrant(role, claim, lifetime, services.clock));
  services.seen(identityId);
  return { identityId, credentials };
}

/** The authentication methods of the pool's own tokens: `authenticated`, then two entries for each login. */
function methods(logins: readonly Login[]): readonly string[] {
  if (logins.length === 0) return ['unauthenticated'];
  return ['authenticated', ...logins.flatMap((login) => [login.provider, login.amr])];
}
