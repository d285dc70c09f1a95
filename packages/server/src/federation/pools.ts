import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import { type Cached, cachedCollection } from '../store/cached-collection.ts';
import type { OidcProviderDocument, PoolDocument, SamlProviderDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';
import type { PoolProviders } from '../tokens/login.ts';

/** A pool as it is now, with what its providers are registered as in IAM. */
export interface Pool {
  readonly document: PoolDocument;
  /** The same object for as long as neither the pool nor any of its providers changes. */
  readonly providers: PoolProviders;
}

export interface Pools {
  /** Throws ResourceNotFoundException. */
  get(poolId: string): Promise<Pool>;
  forget(poolId: string): void;
  /** Makes a change of an OIDC or SAML provider effective here at once. */
  forgetProvider(arn: string): void;
}

export function openPools(options: { store: Store; clock: Clock }): Pools {
  const { store, clock } = options;
  const pools = cachedCollection({
    collection: store.collection('pools'),
    clock,
    prepare: (document) => document,
  });
  const oidc = cachedCollection({
    collection: store.collection('oidc_providers'),
    clock,
    prepare: (document) => document,
  });
  const saml = cachedCollection({
    collection: store.collection('saml_providers'),
    clock,
    prepare: (document) => document,
  });
  const joined = new WeakMap<PoolDocument, Joined>();

  return {
    async get(poolId) {
      const document = await pools.get(poolId);
      if (document === undefined) throw poolNotFound(poolId);
      const oidcProviders = await all(oidc, document.openIdConnectProviderArns);
      const samlProviders = await all(saml, document.samlProviderArns);
      const known = joined.get(document);
      if (known !== undefined && same(known.oidc, oidcProviders) && same(known.saml, samlProviders))
        return known.pool;
      const pool = { document, providers: join(document, oidcProviders, samlProviders) };
      joined.set(document, { oidc: oidcProviders, saml: samlProviders, pool });
      return pool;
    },
    forget: (poolId) => pools.forget(poolId),
    forgetProvider(arn) {
      oidc.forget(arn);
      saml.forget(arn);
    },
  };
}

export function poolNotFound(poolId: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `IdentityPool '${poolId}' not found.`);
}

interface Joined {
  readonly oidc: readonly (OidcProviderDocument | undefined)[];
  readonly saml: readonly (SamlProviderDocument | undefined)[];
  readonly pool: Pool;
}

const none: readonly undefined[] = [];

async function all<T>(cache: Cached<T>, keys: readonly string[]): Promise<readonly (T | undefined)[]> {
  if (keys.length === 0) return none;
  const found: (T | undefined)[] = [];
  for (const key of keys) found.push(await cache.get(key));
  return found;
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** A provider that has been deleted from IAM is no longer one of the pool's. */
function join(
  document: PoolDocument,
  oidc: readonly (OidcProviderDocument | undefined)[],
  saml: readonly (SamlProviderDocument | undefined)[],
): PoolProviders {
  return {
    supportedLoginProviders: document.supportedLoginProviders,
    openIdConnectProviders: document.openIdConnectProviderArns.flatMap((arn, index) => {
      const provider = oidc[index];
      return provider === undefined
        ? []
        : [{ arn, url: provider.url, clientIds: provider.clientIds, thumbprints: provider.thumbprints }];
    }),
    cognitoIdentityProviders: document.cognitoIdentityProviders.map((provider) => ({
      ...provider,
      serverSideTokenCheck:
        provider.serverSideTokenCheck && document.settings?.serverSideTokenCheck !== 'skip',
    })),
    samlProviders: document.samlProviderArns.flatMap((arn, index) => {
      const provider = saml[index];
      return provider === undefined ? [] : [{ arn, metadata: provider.metadata, poolId: document.poolId }];
    }),
    ...(document.developerProviderName !== undefined && {
      developerProviderName: document.developerProviderName,
    }),
    ...(document.settings?.clientIds && { extraClientIds: document.settings.clientIds }),
  };
}
