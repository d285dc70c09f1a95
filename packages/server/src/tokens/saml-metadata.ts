import { X509Certificate } from 'node:crypto';
import { attribute, attributes, children, parseXml, textOf, type XmlElement } from './saml-xml.ts';

/** An identity provider as its metadata describes it. */
export interface SamlIdentityProvider {
  readonly entityId: string;
  /** Certificates it signs with, in PEM; their dates do not matter, the administrator registered them. */
  readonly certificates: readonly string[];
  /** As it stands; undefined when it does not say. */
  readonly validUntil: string | undefined;
}

const namespace = 'urn:oasis:names:tc:SAML:2.0:metadata';
const minRsaBits = 2048;
/** Tags and attributes together: with so many the parser is busy for a third of a second. */
const maxParts = 20_000;

/**
 * Reads the metadata of one identity provider (SAML 2.0 Metadata §2.3.2, §2.4.3). Throws an `Error` that says what
 * is missing.
 */
export async function parseSamlMetadata(metadata: string): Promise<SamlIdentityProvider> {
  if (/<!(DOCTYPE|ENTITY)/i.test(metadata)) throw new Error('the metadata has a document type');
  if (metadata.split(/[<=]/, maxParts + 2).length > maxParts + 1)
    throw new Error('the metadata has too many elements');
  const [entity] = children(await parseXml(metadata), 'EntityDescriptor');
  if (!isOfSaml(entity)) throw new Error('the metadata is no EntityDescriptor of SAML 2.0');
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
  return { entityId, certificates, validUntil: attribute(entity, 'validUntil') };
}

function isOfSaml(entity: XmlElement | undefined): boolean {
  return attributes(entity).some(
    ([name, value]) => (name === 'xmlns' || name.startsWith('xmlns:')) && value === namespace,
  );
}

function pemOf(base64: string): string {
  const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < minRsaBits) {
    throw new Error(`the metadata has a signing key that is not RSA of at least ${minRsaBits} bits`);
  }
  return certificate.toString();
}
