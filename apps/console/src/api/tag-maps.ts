import { type Api, ApiError } from './client.ts';
import type { Pool } from './pools.ts';

/** Which claims of a provider's tokens become principal tags. */
export interface TagMap {
  readonly provider: string;
  /** `client` and `username` instead of `tags`. */
  readonly useDefaults: boolean;
  /** Tag → claim. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The maps of a pool that tag anything. Nothing lists them, so each provider is asked about under all its names. */
export async function readTagMaps(api: Api, pool: Pool): Promise<readonly TagMap[]> {
  const names = taggedProviders(pool).flatMap(({ name, otherNames }) => [name, ...otherNames]);
  const maps = await Promise.all(names.map((name) => readTagMap(api, pool.IdentityPoolId, name)));
  return maps.filter(({ useDefaults, tags }) => useDefaults || Object.keys(tags).length > 0);
}

export async function saveTagMap(api: Api, pool: string, { provider, useDefaults, tags }: TagMap) {
  await api.cognito('SetPrincipalTagAttributeMap', {
    IdentityPoolId: pool,
    IdentityProviderName: provider,
    UseDefaults: useDefaults,
    PrincipalTags: tags,
  });
}

/** A provider by the name that a map is kept under, and by those it may be kept under as well. */
interface TaggedProvider {
  readonly name: string;
  readonly otherNames: readonly string[];
}

/** Every provider of a pool whose tokens have claims. */
export function taggedProviders(pool: Pool): readonly TaggedProvider[] {
  const alone = (name: string): TaggedProvider => ({ name, otherNames: [] });
  return [
    ...Object.keys(pool.SupportedLoginProviders ?? {}).map(alone),
    ...(pool.OpenIdConnectProviderARNs ?? []).map((arn) => ({
      name: arn,
      otherNames: [arn.slice(arn.indexOf('/') + 1)],
    })),
    ...(pool.SamlProviderARNs ?? []).map(alone),
    ...(pool.CognitoIdentityProviders ?? []).map(({ ProviderName, ClientId }) => ({
      name: ProviderName,
      otherNames: [`${ProviderName}:${ClientId}`],
    })),
  ];
}

async function readTagMap(api: Api, IdentityPoolId: string, provider: string): Promise<TagMap> {
  const input = { IdentityPoolId, IdentityProviderName: provider };
  try {
    const { UseDefaults, PrincipalTags } = await api.cognito<{
      UseDefaults?: boolean;
      PrincipalTags?: TagMap['tags'];
    }>('GetPrincipalTagAttributeMap', input);
    return { provider, useDefaults: UseDefaults ?? false, tags: PrincipalTags ?? {} };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'ResourceNotFoundException')
      return { provider, useDefaults: false, tags: {} };
    throw error;
  }
}
