import { createHash } from 'node:crypto';
import type { Context } from '@daypass/policy';
import { ServiceError } from '../../errors.ts';
import type { SamlAssertion } from '../../tokens/login.ts';
import { samlRoles } from '../../tokens/saml-roles.ts';
import { notAuthorized } from './role-session.ts';
import type { StsServices } from './services.ts';
import { roleSessionName } from './shapes.ts';
import { rejectSaml } from './token-refusals.ts';
import { checkTagging, type Tagging } from './token-tags.ts';

/** Somebody whom a SAML response has proven, and the session that it wants for him. */
export interface SamlIdentity extends Tagging {
  readonly assertion: SamlAssertion;
  readonly sessionName: string;
  /** Seconds, if the provider wants sessions shorter than the role allows. */
  readonly sessionDuration: number | undefined;
  /** The last part of the Format of the NameID, `persistent` or `transient`, or a Format of another kind. */
  readonly subjectType: string | undefined;
  /** Tells users of different providers apart that have the same NameID. */
  readonly nameQualifier: string;
  /** Condition keys, in lower case. */
  readonly context: Context;
}

const attributePrefix = 'https://aws.amazon.com/SAML/Attributes/';

/**
 * Proves a SAML response of the provider `principalArn` that offers the role. Throws InvalidIdentityToken,
 * ExpiredTokenException and AccessDenied.
 * Source: IAM User Guide, "Configure SAML assertions for the authentication response"; API reference, AssumeRoleWithSAML.
 */
export async function proveSaml(
  { store, place, tokens }: Pick<StsServices, 'store' | 'place' | 'tokens'>,
  wanted: { response: string; principalArn: string; roleArn: string },
): Promise<SamlIdentity> {
  const { response, principalArn, roleArn } = wanted;
  const provider = (await store.collection('saml_providers').get(principalArn))?.value;
  if (provider === undefined) throw invalid("Specified provider doesn't exist.");
  const { metadata, name } = provider;
  const assertion = await tokens.verifySaml(response, { arn: principalArn, metadata }).catch(rejectSaml);
  const { attributes, issuer, subject, recipient } = assertion;
  const isOffered = samlRoles(attributes).some(
    (pair) => pair.roleArn === roleArn && pair.providerArn === principalArn,
  );
  if (!isOffered) {
    throw notAuthorized('sts:AssumeRoleWithSAML', 'the assertion does not offer this role by this provider');
  }
  const nameQualifier = createHash('sha1').update(`${issuer}${place.account}/${name}`).digest('base64');
  const subjectType = typeOf(assertion.subjectFormat);
  return {
    assertion,
    sessionName: sessionNameIn(attributes),
    sessionDuration: durationIn(attributes),
    subjectType,
    nameQualifier,
    context: new Map([
      ['saml:aud', recipient],
      ['saml:iss', issuer],
      ['saml:sub', subject],
      ['saml:namequalifier', nameQualifier],
      ['saml:doc', `${place.account}/${name}`],
      ...(subjectType === undefined ? [] : [['saml:sub_type', subjectType] as const]),
    ]),
    ...taggingIn(attributes),
  };
}

function sessionNameIn(attributes: SamlAssertion['attributes']): string {
  const [name, ...more] = valuesOf(attributes, 'RoleSessionName');
  if (name === undefined || more.length > 0) throw invalid('RoleSessionName is required in AuthnResponse');
  if (name.length < 2 || name.length > 64 || roleSessionName.regExp?.test(name) !== true) {
    throw invalid('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
  }
  return name;
}

function durationIn(attributes: SamlAssertion['attributes']): number | undefined {
  const [seconds, ...more] = valuesOf(attributes, 'SessionDuration');
  if (seconds === undefined) return undefined;
  if (more.length > 0 || !/^\d{1,6}$/.test(seconds) || Number(seconds) < 900 || Number(seconds) > 43_200) {
    throw invalid('SessionDuration in AuthnResponse must be a number of seconds from 900 to 43200');
  }
  return Number(seconds);
}

function taggingIn(attributes: SamlAssertion['attributes']): Tagging {
  const prefix = `${attributePrefix}PrincipalTag:`;
  const tags = Object.keys(attributes)
    .filter((attribute) => attribute.startsWith(prefix))
    .map((attribute) => {
      const key = attribute.slice(attributePrefix.length);
      return { Key: attribute.slice(prefix.length), Value: only(attributes, key) };
    });
  return checkTagging({
    tags,
    transitiveTagKeys: valuesOf(attributes, 'TransitiveTagKeys'),
    sourceIdentity:
      attributes[`${attributePrefix}SourceIdentity`] === undefined
        ? undefined
        : only(attributes, 'SourceIdentity'),
  });
}

function only(attributes: SamlAssertion['attributes'], name: string): string {
  const [value, ...more] = valuesOf(attributes, name);
  if (value === undefined || more.length > 0) throw invalid(`${name} in AuthnResponse must have one value`);
  return value;
}

function valuesOf(attributes: SamlAssertion['attributes'], name: string): readonly string[] {
  const value = attributes[`${attributePrefix}${name}`];
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}

function typeOf(format: string | undefined): string | undefined {
  return format?.replace(/^urn:oasis:names:tc:SAML:2\.0:nameid-format:/, '');
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidIdentityToken', message);
}
