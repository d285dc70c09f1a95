import { ServiceError } from '../../errors.ts';
import type { OidcProviderDocument } from '../../store/documents.ts';
import type { Kind } from './kind.ts';
import type { IamServices } from './services.ts';

/** OpenID Connect providers by their ARN. */
export const oidcProviders: Kind<OidcProviderDocument> = {
  noun: 'provider',
  collection: ({ store }) => store.collection('oidc_providers'),
  key: (_, arn) => arn,
  missing: (arn) => `OpenIDConnect Provider not found for arn ${arn}`,
  forget: ({ pools }, arn) => pools.forgetProvider(arn),
};

/** What operations on a provider are authorised for. */
export function oidcProviderResource(
  _: IamServices,
  input: { readonly OpenIDConnectProviderArn: string },
): string {
  return input.OpenIDConnectProviderArn;
}

/**
 * An issuer is a https URL without port, query and fragment, kept letter for letter: tokens are compared with it.
 * Throws ValidationError. Source: IAM API reference, CreateOpenIDConnectProvider, Url.
 */
export function readIssuer(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  const isIssuer =
    parsed?.protocol === 'https:' &&
    parsed.port === '' &&
    parsed.username === '' &&
    parsed.password === '' &&
    !/[?#\s\\]/.test(text) &&
    !/^https:\/\/[^/]*:/.test(text);
  if (!isIssuer) throw new ServiceError('ValidationError', 'Invalid Open ID Connect Provider URL');
  return text;
}

const mostClientIds = 100;

/** Client ids without repetitions. Throws LimitExceeded. */
export function readClientIds(ids: readonly string[]): readonly string[] {
  if (ids.length > mostClientIds) {
    throw new ServiceError(
      'LimitExceeded',
      `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${mostClientIds}`,
    );
  }
  return [...new Set(ids)];
}

const mostThumbprints = 5;

/** Thumbprints in lower case. Throws InvalidInput. */
export function readThumbprints(given: readonly string[]): readonly string[] {
  if (given.length > mostThumbprints)
    throw new ServiceError('InvalidInput', 'Thumbprint list must contain fewer than 5 entries.');
  if (given.some((thumbprint) => !/^[0-9a-fA-F]{40}$/.test(thumbprint))) {
    throw new ServiceError(
      'InvalidInput',
      'Thumbprint must be the hex-encoded SHA-1 hash value of a certificate.',
    );
  }
  return given.map((thumbprint) => thumbprint.toLowerCase());
}
