import { X509Certificate } from 'node:crypto';
import { attribute, children, parseXml, textOf } from './saml-xml.ts';

/** An identity provider as its metadata describes it. */
export interface SamlIdentityProvider {
  readonly entityId: string;
  /** Certificates it signs with, in PEM; their dates do not matter, the administrator registered them. */
  readonly certificates: readonly string[];
}

const minRsaBits = 2048;

/**
 * Reads the metadata of one identity provider (SAML 2.0 Metadata §2.3.2, §2.4.3). Throws an `Error` that says what
 * is missing.
 */
export async function parseSamlMetadata(metadata: string): Promise<SamlIdentityProvider> {
  if (/<!(DOCTYPE|ENTITY)/i.test(metadata)) throw new Error('the metadata has a document type');
  const [entity] = children(await parseXml(metadata), 'EntityDescriptor');
  const entityId = attribute(entity, 'entityID');
  if (!entityId) throw new Error('the metadata names no entity');
  const certificates = children(entity, 'IDPSSODescriptor')
    .flatMap((descriptor) => children(descriptor, 'KeyDescriptor'))
    .filter((key) => (attribute(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => children(key, 'KeyInfo'))
    .flatMap((info) => children(info, 'X509Data'))
    .flatMap((data) => children(data, 'X509Certificate'))
    .map((certificate) => pemOf(textOf(certificate) ?? ''));
  if (certificates.length === 0) throw new Error('the metadata has no signing certificate');
  return { entityId, certificates };
}

function pemOf(base64: string): string {
  const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < minRsaBits) {
    throw new Error(`the metadata has a signing key that is not RSA of at least ${minRsaBits} bits`);
  }
  return certificate.toString();
}
