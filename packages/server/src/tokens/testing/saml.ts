import { Buffer } from 'node:buffer';
import { createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import * as samlify from 'samlify';
import type { TestClock } from './issuer.ts';

export const recipient = 'https://signin.aws.amazon.com/saml';
export const entityId = 'https://idp.example.test/metadata';

samlify.setSchemaValidator({ validate: async () => 'the verifier under test is not samlify' });

/** What a test may want to be different in an assertion. */
export interface AssertionParts {
  /** Default: one that no other assertion has. */
  readonly id?: string;
  readonly nameId?: string;
  readonly audience?: string;
  readonly recipient?: string;
  readonly issuer?: string;
  readonly method?: string;
  /** Seconds from now. */
  readonly notBefore?: number;
  readonly notOnOrAfter?: number;
  /** Attribute statement, as XML. */
  readonly attributes?: string;
  /** Any other change of the XML before it is signed. */
  readonly edit?: (xml: string) => string;
}

/** An identity provider made of samlify, which signs what a test wants it to say. */
export class TestSamlProvider {
  readonly clock: TestClock;
  readonly certificate: string;
  readonly #privateKey: string;

  constructor(clock: TestClock, modulusLength = 2048) {
    this.clock = clock;
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    this.#privateKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    this.certificate = selfSigned(publicKey, privateKey).toString('base64');
  }

  get metadata(): string {
    return `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${this.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.test/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
  }

  /** A response whose assertion, or message, or both, are signed; as XML. */
  async respond(
    parts: AssertionParts = {},
    sign: { assertion?: boolean; message?: boolean; algorithm?: string } = { assertion: true },
  ): Promise<string> {
    const idp = samlify.IdentityProvider({
      entityID: entityId,
      privateKey: this.#privateKey,
      signingCert: this.certificate,
      isAssertionEncrypted: false,
      requestSignatureAlgorithm: sign.algorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      singleSignOnService: [
        {
          Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
          Location: 'https://idp.example.test/sso',
        },
      ],
      singleLogoutService: [
        {
          Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
          Location: 'https://idp.example.test/slo',
        },
      ],
      loginResponseTemplate: { context: parts.edit?.(template) ?? template, attributes: [] },
    });
    const sp = samlify.ServiceProvider({
      entityID: 'urn:amazon:webservices',
      wantAssertionsSigned: sign.assertion === true,
      wantMessageSigned: sign.message === true,
      assertionConsumerService: [
        { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', Location: recipient },
      ],
    });
    const response = await idp.createLoginResponse(sp, { extract: {} }, 'post', {}, (context) => ({
      id: '_response',
      context: Object.entries(this.#values(parts)).reduce(
        (text, [name, value]) => text.replaceAll(`{${name}}`, value),
        context,
      ),
    }));
    return Buffer.from(String(response.context), 'base64').toString();
  }

  #values(parts: AssertionParts): Record<string, string> {
    const at = (seconds: number) => new Date(this.clock.now() + seconds * 1000).toISOString();
    return {
      AssertionId: parts.id ?? `_${randomUUID()}`,
      NameId: parts.nameId ?? 'alice',
      Audience: parts.audience ?? 'urn:amazon:webservices',
      Recipient: parts.recipient ?? recipient,
      Issuer: parts.issuer ?? entityId,
      Method: parts.method ?? 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
      Now: at(0),
      NotBefore: at(parts.notBefore ?? 0),
      NotOnOrAfter: at(parts.notOnOrAfter ?? 300),
      Attributes: parts.attributes ?? '',
    };
  }
}

const template =
  '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response" Version="2.0" IssueInstant="{Now}" Destination="{Recipient}"><saml:Issuer>{Issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="{AssertionId}" Version="2.0" IssueInstant="{Now}"><saml:Issuer>{Issuer}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{NameId}</saml:NameID><saml:SubjectConfirmation Method="{Method}"><saml:SubjectConfirmationData NotOnOrAfter="{NotOnOrAfter}" Recipient="{Recipient}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{NotBefore}" NotOnOrAfter="{NotOnOrAfter}"><saml:AudienceRestriction><saml:Audience>{Audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{Now}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>{Attributes}</saml:Assertion></samlp:Response>';

/** The least certificate that parses (RFC 5280 §4.1): Node reads certificates but makes none. */
function selfSigned(publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const sha256WithRsa = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('idp')));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(
    0x30,
    der(0x17, Buffer.from('260101000000Z')),
    der(0x17, Buffer.from('460101000000Z')),
  );
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.from([1]));
  const signed = der(0x30, version, serial, sha256WithRsa, name, validity, name, key);
  const signature = createSign('sha256').update(signed).sign(privateKey);
  return der(0x30, signed, sha256WithRsa, der(0x03, Buffer.from([0]), signature));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const lengths = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengths]), content]);
}
