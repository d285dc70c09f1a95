import { poolArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import type { PoolDocument } from '../../store/documents.ts';
import type { Output } from '../protocol/operation.ts';
import type { Infer } from '../protocol/shape.ts';
import type { CognitoIdentityServices } from './services.ts';
import type { poolInput } from './shapes.ts';

/** The ARN operations on one pool are authorised for. */
export function poolResource(
  { place }: CognitoIdentityServices,
  input: { readonly IdentityPoolId: string },
): string {
  return poolArn(place, input.IdentityPoolId);
}

/** The ARN operations on pools in general are authorised for. */
export function anyPool({ place }: CognitoIdentityServices): string {
  return poolArn(place, '');
}

/** A pool as the API shows it; members that were never set are left out. */
export function describePool(pool: PoolDocument): Output {
  return {
    IdentityPoolId: pool.poolId,
    IdentityPoolName: pool.name,
    AllowUnauthenticatedIdentities: pool.allowUnauthenticatedIdentities,
    AllowClassicFlow: pool.allowClassicFlow,
    SupportedLoginProviders: unlessEmpty(pool.supportedLoginProviders),
    DeveloperProviderName: pool.developerProviderName,
    OpenIdConnectProviderARNs: unlessNone(pool.openIdConnectProviderArns),
    CognitoIdentityProviders: unlessNone(
      pool.cognitoIdentityProviders.map((provider) => ({
        ProviderName: provider.providerName,
        ClientId: provider.clientId,
        ServerSideTokenCheck: provider.serverSideTokenCheck,
      })),
    ),
    SamlProviderARNs: unlessNone(pool.samlProviderArns),
    IdentityPoolTags: pool.tags,
  };
}

function unlessNone<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function unlessEmpty<T>(items: Readonly<Record<string, T>>): Readonly<Record<string, T>> | undefined {
  return Object.keys(items).length === 0 ? undefined : items;
}

/** What the API lets an administrator say about a pool, checked beyond the model's constraints. */
export function poolConfiguration(input: Infer<typeof poolInput>) {
  const supportedLoginProviders = input.SupportedLoginProviders ?? {};
  for (const provider of Object.keys(supportedLoginProviders)) {
    if (!publicProviders.has(provider)) throw invalid('Please provide a valid public provider');
  }
  if (input.DeveloperProviderName !== undefined && publicProviders.has(input.DeveloperProviderName)) {
    throw invalid('A developer provider cannot have the name of a public provider.');
  }
  const tags = input.IdentityPoolTags ?? {};
  checkTags(tags);
  return {
    name: input.IdentityPoolName,
    allowUnauthenticatedIdentities: input.AllowUnauthenticatedIdentities,
    ...(input.AllowClassicFlow !== undefined && { allowClassicFlow: input.AllowClassicFlow }),
    supportedLoginProviders,
    ...(input.DeveloperProviderName !== undefined && { developerProviderName: input.DeveloperProviderName }),
    openIdConnectProviderArns: distinct(input.OpenIdConnectProviderARNs ?? []).map((arn) =>
      providerArn(arn, 'oidc-provider'),
    ),
    cognitoIdentityProviders: (input.CognitoIdentityProviders ?? []).map(cognitoIdentityProvider),
    samlProviderArns: distinct(input.SamlProviderARNs ?? []).map((arn) => providerArn(arn, 'saml-provider')),
    tags,
  };
}

/** The keys SupportedLoginProviders may have. Source: developer guide, "Identity pools third-party identity providers". */
const publicProviders: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'api.twitter.com',
  'appleid.apple.com',
  'graph.facebook.com',
  'www.amazon.com',
  'www.digits.com',
]);

function cognitoIdentityProvider(given: {
  ProviderName?: string;
  ClientId?: string;
  ServerSideTokenCheck?: boolean;
}) {
  const { ProviderName, ClientId, ServerSideTokenCheck = false } = given;
  if (
    ProviderName === undefined ||
    ClientId === undefined ||
    !/^cognito-idp\.[\w-]+\.amazonaws\.com(\.cn)?\/[\w-]+_\w+$/.test(ProviderName)
  ) {
    throw invalid('Invalid Cognito Identity Provider');
  }
  return { providerName: ProviderName, clientId: ClientId, serverSideTokenCheck: ServerSideTokenCheck };
}

function providerArn(arn: string, kind: 'oidc-provider' | 'saml-provider'): string {
  if (!new RegExp(`^arn:aws[\\w-]*:iam::\\d{12}:${kind}/\\S+$`).test(arn)) {
    throw invalid(`Invalid ${kind === 'oidc-provider' ? 'OpenID Connect' : 'SAML'} provider ARN: ${arn}`);
  }
  return arn;
}

function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}

const mostTags = 50;

/** Source: API reference, TagResource; tags that begin with `aws:` are AWS's own. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const keys = Object.keys(tags);
  if (keys.length > mostTags) throw invalid(`A resource can have at most ${mostTags} tags.`);
  if (keys.some((key) => key.toLowerCase().startsWith('aws:'))) {
    throw invalid('Tag keys that begin with aws: are reserved.');
  }
}

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}
