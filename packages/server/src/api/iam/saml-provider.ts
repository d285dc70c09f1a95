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
 * Metadata that may be stored, with the time it is valid until. Looked at lightly: an XML document without a document
 * type whose root is an EntityDescriptor of SAML 2.0; what it says is read where assertions are verified.
 * Throws InvalidInput.
 */
export function readMetadata(metadata: string, now: number): { metadata: string; validUntil: number } {
  const root = rootTag(metadata);
  const [, prefix = '', attributes = ''] =
    /^<(?:([\w.-]+):)?EntityDescriptor(\s[^<>]*)?\/?>$/.exec(root) ?? [];
  const declaration = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
  const isDescriptor =
    attribute(attributes, declaration) === 'urn:oasis:names:tc:SAML:2.0:metadata' &&
    (attribute(attributes, 'entityID') ?? '') !== '' &&
    metadata.trimEnd().endsWith(`</${prefix === '' ? '' : `${prefix}:`}EntityDescriptor>`);
  if (!isDescriptor) throw unreadable();
  const date = attribute(attributes, 'validUntil');
  const validUntil = date === undefined ? now + hundredYears : Date.parse(date);
  if (Number.isNaN(validUntil)) throw unreadable();
  return { metadata, validUntil };
}

/** The document's first tag, after its declaration and comments. */
function rootTag(xml: string): string {
  let at = 0;
  for (;;) {
    at = xml.indexOf('<', at);
    if (at < 0) throw unreadable();
    const closing = xml.startsWith('<?', at) ? '?>' : xml.startsWith('<!--', at) ? '-->' : undefined;
    if (closing === undefined) break;
    const end = xml.indexOf(closing, at);
    if (end < 0) throw unreadable();
    at = end + closing.length;
  }
  return xml.slice(at, xml.indexOf('>', at) + 1);
}

function attribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name.replace('.', '\\.')}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return found?.[1] ?? found?.[2];
}

function unreadable(): ServiceError {
  return new ServiceError('InvalidInput', 'Could not parse metadata');
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
