import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { IdentityWithLogins } from '../store/store.ts';
import type { Login } from '../tokens/login.ts';
import {
  attempts,
  type IdentityServices,
  identityOf,
  mustBeKeepable,
  ownerOf,
  tooManyChanges,
} from './identities.ts';
import { mintPoolToken } from './pool-token.ts';
import type { Pool } from './pools.ts';
import { mergedTags, principalTags } from './principal-tags.ts';
import { merged, type ProvenLogin } from './reconcile.ts';
import type { Logins, StandingServices } from './standing.ts';

/** Seconds. Source: API reference, GetOpenIdTokenForDeveloperIdentity. */
const defaultLifetime = 900;

/**
 * A token for a user whom the app's own backend has authenticated: the backend names the user, the signature on its
 * request stands for the proof. Logins of public providers may come along, with their tokens, and are linked. Role
 * mappings have no claims of a developer user to go by; his tags are those that the request names.
 */
export async function developerToken(
  services: StandingServices,
  request: {
    poolId: PoolId;
    identityId: IdentityId | undefined;
    logins: Logins;
    principalTags: Readonly<Record<string, string>>;
    /** Seconds. */
    lifetime: number | undefined;
  },
): Promise<{ identityId: IdentityId; token: string }> {
  const pool = await services.pools.get(request.poolId);
  const { developer, others } = await sortLogins(services, pool, request.logins);
  const logins: readonly ProvenLogin[] = developer === undefined ? others : [developer, ...others];
  // Asked again before every change, so that nobody can register the user in between.
  const admit = async () => {
    if (developer !== undefined && request.identityId !== undefined)
      await isNobodyElses(services, pool, developer, request.identityId);
  };
  await admit();
  const identityId = await identityOf(services, pool, logins, request.identityId, admit);
  const claim = {
    identityId,
    poolId: request.poolId,
    amr: [
      'authenticated',
      ...(developer === undefined
        ? []
        : [developer.provider, `${developer.provider}:${request.poolId}:${developer.subject}`]),
      ...others.flatMap((login) => [login.provider, login.amr]),
    ],
    tags: mergedTags([request.principalTags, principalTags(pool.document, others)]),
  };
  return { identityId, token: await mintPoolToken(services, claim, request.lifetime ?? defaultLifetime) };
}

async function sortLogins(
  services: StandingServices,
  pool: Pool,
  logins: Logins,
): Promise<{ developer: ProvenLogin | undefined; others: readonly Login[] }> {
  const keys = Object.keys(logins);
  if (keys.length === 0)
    throw new ServiceError('InvalidParameterException', 'Please provide at least one login.');
  const { developerProviderName } = pool.document;
  let developer: ProvenLogin | undefined;
  const others: Login[] = [];
  for (const key of keys) {
    const value = logins[key] ?? '';
    if (key === developerProviderName) developer = developerLogin(pool, key, value);
    else if (!isPublicProvider(pool, key)) throw unsupportedDeveloperProvider();
    else others.push(await services.tokens.verify(key, value, pool.providers));
  }
  return { developer, others };
}

/** Characters. Source: API reference, LookupDeveloperIdentity, DeveloperUserIdentifier. */
const longestUser = 1024;

function developerLogin({ document }: Pool, provider: string, user: string): ProvenLogin {
  if ([...user].length > longestUser) {
    throw new ServiceError(
      'InvalidParameterException',
      `A developer user identifier has at most ${longestUser} characters.`,
    );
  }
  const login = { provider, subject: user };
  mustBeKeepable(document.poolId, login);
  return login;
}

function isPublicProvider({ providers }: Pool, key: string): boolean {
  return (
    Object.hasOwn(providers.supportedLoginProviders, key) ||
    providers.openIdConnectProviders.some(({ url }) => url === `https://${key}`) ||
    providers.cognitoIdentityProviders.some(({ providerName }) => providerName === key) ||
    providers.samlProviders.some(({ arn }) => arn === key)
  );
}

function unsupportedDeveloperProvider(): ServiceError {
  return new ServiceError(
    'InvalidParameterException',
    'This identity pool does not support the specified developer provider',
  );
}

async function isNobodyElses(
  { store }: IdentityServices,
  pool: Pool,
  { provider, subject }: ProvenLogin,
  identityId: IdentityId,
): Promise<void> {
  const owner = await store.findLogin(pool.document.poolId, provider, subject);
  if (owner !== undefined && owner.identityId !== identityId) {
    throw new ServiceError(
      'DeveloperUserAlreadyRegisteredException',
      'The provided developer user identifier is already registered with another identity.',
      { reason: `it belongs to ${owner.identityId}` },
    );
  }
}

/** The developer provider of a pool, which must be the named one. */
export function developerProvider(pool: Pool, name = pool.document.developerProviderName): string {
  if (name === undefined || name !== pool.document.developerProviderName)
    throw unsupportedDeveloperProvider();
  return name;
}

/** Merges one developer user's identity into another's, whose id goes on. Source: API reference, MergeDeveloperIdentities. */
export async function mergeDevelopers(
  services: IdentityServices & Pick<StandingServices, 'pools'>,
  request: { poolId: PoolId; provider: string; source: string; destination: string },
): Promise<IdentityId> {
  const pool = await services.pools.get(request.poolId);
  const provider = developerProvider(pool, request.provider);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const source = await identityOfDeveloper(services, pool, provider, request.source);
    const destination = await identityOfDeveloper(services, pool, provider, request.destination);
    if (source.identityId === destination.identityId) return destination.identityId;
    const applied = await services.store.applyIdentityChange({
      poolId: request.poolId,
      at: services.clock.now(),
      ...merged(destination, [source], [], provider),
    });
    if (applied) return destination.identityId;
  }
  throw tooManyChanges();
}

/** Throws ResourceNotFoundException for a user who was never seen. */
export async function identityOfDeveloper(
  services: IdentityServices,
  pool: Pool,
  provider: string,
  user: string,
): Promise<IdentityWithLogins> {
  const identity = await ownerOf(services, pool.document.poolId, { provider, subject: user });
  if (identity === undefined) {
    throw new ServiceError('ResourceNotFoundException', `Developer user '${user}' not found.`);
  }
  return identity;
}
