import { Buffer, isUtf8 } from 'node:buffer';
import { SAML } from '@node-saml/node-saml';
import type { Clock } from '../clock.ts';
import {
  type Login,
  type PoolSamlProvider,
  proveLogin,
  type SamlAssertion,
  type SamlProvider,
  type UsedAssertions,
} from './login.ts';
import { subjectOf } from './oidc.ts';
import { RecentMap } from './recent.ts';
import { TokenRefused } from './refusal.ts';
import { parseSamlMetadata } from './saml-metadata.ts';
import { asElement, attribute, children, textOf, type XmlElement } from './saml-xml.ts';

/** Source: IAM User Guide, "Configure SAML assertions for the authentication response". */
const recipients = /^https:\/\/([a-z0-9-]+\.)?signin\.aws\.amazon\.com\/saml$/;
const audiences = /^(urn:amazon:webservices|https:\/\/([a-z0-9-]+\.)?signin\.aws\.amazon\.com\/saml)$/;

/** Source: IAM and STS quotas, "SAML authentication response". */
const maxLength = 100_000;
/** Also bounds the depth, and with it the stack of those who walk the document. */
const maxTags = 5_000;
const clockSkewMs = 300_000;
const rememberedProviders = 100;

/** What may be asked of a signature; SHA-1 is not among it, as its collisions can be made. */
const algorithms: ReadonlySet<string | undefined> = new Set([
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
]);

interface PreparedProvider {
  readonly entityId: string;
  readonly saml: SAML;
}

/**
 * Verifies SAML 2.0 responses of registered identity providers (SAML 2.0 Profiles §4.1.4.3). The signature, of the
 * response or of its one assertion, is node-saml's to check, and only what it covers is read; issuer, audience,
 * recipient and times are checked here, by our clock. Whether an assertion was used before is asked last (§4.1.4.5),
 * so that nobody can use up what he cannot show.
 */
export class SamlVerifier {
  readonly #clock: Clock;
  readonly #used: UsedAssertions;
  readonly #prepared = new RecentMap<Promise<PreparedProvider>>(rememberedProviders);

  constructor(clock: Clock, used: UsedAssertions) {
    this.#clock = clock;
    this.#used = used;
  }

  /** Throws `TokenRefused`. */
  async verify(response: string, provider: SamlProvider): Promise<SamlAssertion> {
    const xml = decodeResponse(response);
    const { saml, entityId } = await this.#prepare(provider);
    const profile = await saml
      .validatePostResponseAsync({ SAMLResponse: Buffer.from(xml).toString('base64') })
      .then(
        ({ profile }) => profile,
        (error: unknown) => {
          throw new TokenRefused({ kind: 'signature' }, reasonOf(error));
        },
      );
    const [assertion] = children(asElement(profile?.getAssertion?.()), 'Assertion');
    if (!assertion) throw malformed('the response has no assertion');
    if (textOf(children(assertion, 'Issuer')[0]) !== entityId) {
      throw new TokenRefused({ kind: 'issuer' }, `the assertion was not issued by ${entityId}`);
    }
    return this.#read(assertion, entityId);
  }

  /**
   * Verifies a SAML login, whose login key is the ARN of the SAML provider. From then on the assertion is good for
   * logins of this pool alone, unless it is a `trial`. Role mappings and tag maps may use every attribute of the
   * assertion.
   */
  async verifyLogin(response: string, provider: PoolSamlProvider, trial: boolean): Promise<Login> {
    const { arn, poolId } = provider;
    const assertion = await this.verify(response, provider);
    await (trial ? this.#used.maySignIn(assertion, poolId) : this.#used.signIn(assertion, poolId));
    const { subject, recipient, issuer, expiresAt, attributes } = assertion;
    return proveLogin({
      provider: arn,
      subject,
      audience: recipient,
      issuer,
      claims: attributes,
      expiresAt,
      roleMappingKey: arn,
      amr: `${arn}:SAML:${subject}`,
    });
  }

  /** Throws `TokenRefused` (`replayed`). */
  spend(assertion: SamlAssertion): Promise<void> {
    return this.#used.spend(assertion);
  }

  #prepare({ metadata }: SamlProvider): Promise<PreparedProvider> {
    let prepared = this.#prepared.get(metadata);
    if (!prepared) {
      prepared = parseSamlMetadata(metadata).then(
        ({ entityId, certificates }) => ({ entityId, saml: signatureChecker(certificates) }),
        (error: unknown) => {
          const why = error instanceof Error ? error.message : 'unknown';
          throw new TokenRefused({ kind: 'unsupported-provider' }, `unusable SAML metadata: ${why}`);
        },
      );
      this.#prepared.set(metadata, prepared);
    }
    return prepared;
  }

  #read(assertion: XmlElement, issuer: string): SamlAssertion {
    const now = this.#clock.now();
    const [conditions, ...noMore] = children(assertion, 'Conditions');
    if (!conditions || noMore.length > 0) throw malformed('the assertion has not exactly one Conditions');
    const audience = checkAudience(conditions);
    const [subject] = children(assertion, 'Subject');
    const [nameId] = children(subject, 'NameID');
    const confirmation = confirmationOf(subject);
    const expiresAt = Math.min(checkTimes(conditions, now), checkTimes(confirmation, now));
    const id = attribute(assertion, 'ID');
    if (!id) throw malformed('the assertion has no ID');
    return {
      id,
      issuer,
      audience,
      subject: subjectOf(textOf(nameId)),
      subjectFormat: attribute(nameId, 'Format'),
      recipient: attribute(confirmation, 'Recipient') ?? '',
      expiresAt: Math.floor(expiresAt / 1000),
      attributes: attributesOf(assertion),
    };
  }
}

/** node-saml checks the signature alone: it would take the time from another clock, and one audience only. */
function signatureChecker(certificates: readonly string[]): SAML {
  return new SAML({
    idpCert: [...certificates],
    issuer: 'urn:amazon:webservices',
    callbackUrl: 'https://signin.aws.amazon.com/saml',
    audience: false,
    acceptedClockSkewMs: -1,
    wantAssertionsSigned: false,
    wantAuthnResponseSigned: false,
  });
}

/**
 * Base64 to a document that holds nothing but elements, attributes and text: no document type (entities), no
 * comments (they cut names in two), no CDATA, no processing instructions, no signature algorithm but the known.
 */
function decodeResponse(response: string): string {
  if (response.length > maxLength) throw malformed('the response is too long');
  const packed = response.replace(/\s/g, '');
  const bytes = Buffer.from(packed, 'base64');
  if (bytes.toString('base64') !== packed) throw malformed('the response is not base64');
  if (!isUtf8(bytes)) throw malformed('the response is not UTF-8');
  const xml = bytes.toString('utf8').replace(/^<\?xml [^<>?]*\?>/, '');
  if (/<[!?]/.test(xml)) throw malformed('the response has markup other than elements');
  if (xml.split('<', maxTags + 1).length > maxTags) throw malformed('the response has too many elements');
  for (const [, , algorithm] of xml.matchAll(/\bAlgorithm\s*=\s*(["'])([^"']*)\1/g)) {
    if (!algorithms.has(algorithm)) {
      throw new TokenRefused({ kind: 'signature' }, 'the signature uses an algorithm that is not accepted');
    }
  }
  return xml;
}

function checkAudience(conditions: XmlElement): string {
  const restrictions = children(conditions, 'AudienceRestriction').map((restriction) =>
    children(restriction, 'Audience')
      .map(textOf)
      .find((audience) => audience && audiences.test(audience)),
  );
  const [audience] = restrictions;
  if (!audience || restrictions.includes(undefined)) {
    throw new TokenRefused({ kind: 'audience' }, 'the assertion is meant for another audience');
  }
  return audience;
}

/** SAML 2.0 Profiles §4.1.4.2: a bearer confirmation has a Recipient and a NotOnOrAfter. */
function confirmationOf(subject: XmlElement | undefined): XmlElement {
  const data = children(subject, 'SubjectConfirmation')
    .filter((confirmation) => attribute(confirmation, 'Method') === 'urn:oasis:names:tc:SAML:2.0:cm:bearer')
    .flatMap((confirmation) => children(confirmation, 'SubjectConfirmationData'))
    .find((data) => recipients.test(attribute(data, 'Recipient') ?? ''));
  if (!data) throw new TokenRefused({ kind: 'audience' }, 'the assertion is meant for another recipient');
  if (attribute(data, 'NotOnOrAfter') === undefined) throw malformed('the confirmation has no NotOnOrAfter');
  return data;
}

/** The end in milliseconds, which Cognito's text has for SAML; `Infinity` when there is none. */
function checkTimes(element: XmlElement, now: number): number {
  const notBefore = attribute(element, 'NotBefore');
  const notOnOrAfter = attribute(element, 'NotOnOrAfter');
  if (notBefore !== undefined && instant(notBefore) > now + clockSkewMs) {
    throw malformed('the assertion is not valid yet');
  }
  if (notOnOrAfter === undefined) return Infinity;
  const expiresAt = instant(notOnOrAfter);
  if (now >= expiresAt) {
    throw new TokenRefused({ kind: 'expired', at: { now, expiresAt } }, `expired ${now - expiresAt} ms ago`);
  }
  return expiresAt;
}

/** SAML 2.0 Core §1.3.3: times are in UTC. */
function instant(text: string): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw malformed('a time is not of the form 2026-01-01T00:00:00Z');
  return time;
}

function attributesOf(assertion: XmlElement): Readonly<Record<string, unknown>> {
  const values = new Map<string, string[]>();
  for (const statement of children(assertion, 'AttributeStatement')) {
    for (const element of children(statement, 'Attribute')) {
      const name = attribute(element, 'Name');
      if (name === undefined) continue;
      const texts = children(element, 'AttributeValue').map((value) => textOf(value) ?? '');
      values.set(name, [...(values.get(name) ?? []), ...texts]);
    }
  }
  const attributes: Record<string, unknown> = Object.create(null);
  for (const [name, texts] of values) attributes[name] = texts.length === 1 ? texts[0] : texts;
  return Object.freeze(attributes);
}

/** node-saml's words where they are its own; others may quote the document. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return /^(Invalid|Missing|Unknown|Cannot) [\w :'-]+$/.test(message)
    ? message
    : 'the response cannot be verified';
}

function malformed(reason: string): TokenRefused {
  return new TokenRefused({ kind: 'not-saml' }, reason);
}
