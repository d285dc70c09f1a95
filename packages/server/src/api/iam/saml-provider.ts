import { ServiceError } from '../../errors.ts';
import type { SamlProviderDocument } from '../../store/documents.ts';
import type { Kind } from './kind.ts';
import type { IamServices } from './services.ts';

/** SAML providers by their ARN. */
export const samlProviders: Kind<SamlProviderDocument> = {
  noun: 'provider',
  collection: ({ store }) => store.collection('saml_providers'),
  key: (_, arn) => arn,
  missing: (arn) => `Manifest not found for arn ${arn}`,
  forget: ({ pools }, arn) => pools.forgetProvider(arn),
};

/** What operations on a provider are authorised for. */
export function samlProviderResource(_: IamServices, input: { readonly SAMLProviderArn: string }): string {
  return input.SAMLProviderArn;
}

/** Milliseconds: what metadata without a date is valid for. */
const hundredYears = 100 * 365.25 * 24 * 3600 * 1000;

/**
 * Metadata that may be stored, with the time it is valid until: such as assertions can be verified with.
 * Throws InvalidInput.
 */
export async function readMetadata(
  metadata: string,
  now: number,
): Promise<{ metadata: string; validUntil: number }> {
  // Loaded when it is asked for, as the verifier does.
  const { parseSamlMetadata } = await import('../../tokens/saml-metadata.ts');
  try {
    const { validUntil: date } = await parseSamlMetadata(metadata);
    const validUntil = date === undefined ? now + hundredYears : Date.parse(date);
    if (Number.isNaN(validUntil)) throw new Error('its validUntil is no time');
    return { metadata, validUntil };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new ServiceError('InvalidInput', 'Could not parse metadata', { reason, cause });
  }
}

/** Throws InvalidInput for what only encrypted assertions need: they are not decrypted here, so none may be required. */
export function refuseEncryption(input: {
  readonly AssertionEncryptionMode?: string;
  readonly AddPrivateKey?: string;
  readonly RemovePrivateKey?: string;
}): void {
  const privateKey = input.AddPrivateKey ?? input.RemovePrivateKey;
  if (input.AssertionEncryptionMode === 'Required' || privateKey !== undefined)
    throw new ServiceError('InvalidInput', 'Encrypted SAML assertions are not supported.');
}
