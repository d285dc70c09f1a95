/**
 * What somebody without the provider's key can do to a signed response of the subject `alice`, whose assertion has the ID
 * `_assertion`: its name, what the provider signed, and the change.
 */
export type Wrapping = readonly [
  name: string,
  signed: 'assertion' | 'message',
  tamper: (xml: string) => string,
];
type Tampering = readonly [name: string, tamper: (xml: string) => string];

const one = (text: string, pattern: RegExp) => pattern.exec(text)?.[0] ?? '';
const assertionOf = (xml: string) => one(xml, /<saml:Assertion.*<\/saml:Assertion>/s);
const signatureOf = (xml: string) => one(xml, /<ds:Signature.*<\/ds:Signature>|<Signature.*<\/Signature>/s);
const unsigned = (xml: string) => xml.replace(signatureOf(xml), '');
const evil = (xml: string) =>
  unsigned(xml)
    .replaceAll('"_assertion"', '"_evil"')
    .replaceAll('"_response"', '"_evil"')
    .replace('>alice<', '>admin<');
const into = (signature: string, content: string) =>
  signature.replace(/<\/(ds:)?Signature>$/, `${content}$&`);

/** The eight forms of signature wrapping: where the evil copy goes, and where the signed original. */
export const wrappings: readonly Wrapping[] = [
  [
    'XSW1: an evil response around the signature with the original',
    'message',
    (xml) => {
      const signature = into(signatureOf(xml), unsigned(xml));
      return evil(xml).replace('<samlp:Status>', `${signature}<samlp:Status>`);
    },
  ],
  [
    'XSW2: an evil response with the original beside the signature',
    'message',
    (xml) => {
      return evil(xml).replace('<samlp:Status>', `${unsigned(xml)}${signatureOf(xml)}<samlp:Status>`);
    },
  ],
  [
    'XSW3: an evil assertion before the original',
    'assertion',
    (xml) => {
      return xml.replace(assertionOf(xml), evil(assertionOf(xml)) + assertionOf(xml));
    },
  ],
  [
    'XSW4: an evil assertion around the original',
    'assertion',
    (xml) => {
      const around = evil(assertionOf(xml)).replace(
        '</saml:Assertion>',
        `${assertionOf(xml)}</saml:Assertion>`,
      );
      return xml.replace(assertionOf(xml), around);
    },
  ],
  [
    'XSW5: an evil assertion with the signature, the original at the end',
    'assertion',
    (xml) => {
      const signed = evil(assertionOf(xml)).replace('<saml:Subject>', `${signatureOf(xml)}<saml:Subject>`);
      return xml.replace(assertionOf(xml), signed + unsigned(assertionOf(xml)));
    },
  ],
  [
    'XSW6: an evil assertion around the signature with the original',
    'assertion',
    (xml) => {
      const signature = into(signatureOf(xml), unsigned(assertionOf(xml)));
      return xml.replace(
        assertionOf(xml),
        evil(assertionOf(xml)).replace('<saml:Subject>', `${signature}<saml:Subject>`),
      );
    },
  ],
  [
    'XSW7: an evil assertion in Extensions',
    'assertion',
    (xml) => {
      const extensions = `<samlp:Extensions>${evil(assertionOf(xml)).replace('_evil', '_assertion')}</samlp:Extensions>`;
      return xml.replace(assertionOf(xml), extensions + assertionOf(xml));
    },
  ],
  [
    'XSW8: the original in an Object of the evil one’s signature',
    'assertion',
    (xml) => {
      const object = `<Object xmlns="http://www.w3.org/2000/09/xmldsig#">${unsigned(assertionOf(xml))}</Object>`;
      const signature = into(signatureOf(xml), object);
      return xml.replace(
        assertionOf(xml),
        evil(assertionOf(xml)).replace('<saml:Subject>', `${signature}<saml:Subject>`),
      );
    },
  ],
];

export const tamperings: readonly Tampering[] = [
  ['another name', (xml) => xml.replace('>alice<', '>admin<')],
  ['a name with a comment', (xml) => xml.replace('>alice<', '>al<!-- -->ice<')],
  ['a name in CDATA', (xml) => xml.replace('>alice<', '><![CDATA[alice]]><')],
  ['a name with a processing instruction', (xml) => xml.replace('>alice<', '>alice<?x y?><')],
  ['the signature taken off', unsigned],
  ['a document type', (xml) => `<!DOCTYPE x [<!ENTITY a "aaaa">]>${xml}`],
  [
    'entities that grow',
    (xml) => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${xml}`,
  ],
  ['a second assertion', (xml) => xml.replace(assertionOf(xml), assertionOf(xml).repeat(2))],
  ['too many elements', (xml) => xml.replace('</samlp:Response>', `${'<a/>'.repeat(5000)}</samlp:Response>`)],
  ['deep elements', (xml) => `${'<a>'.repeat(6000)}${xml}${'</a>'.repeat(6000)}`],
  ['no XML at all', () => 'alice'],
  ['nothing', () => ''],
  ['an open element', () => '<samlp:Response'],
  ['a status alone', (xml) => xml.replace(assertionOf(xml), '')],
  ['bytes that are no text', () => '\ufffe'.repeat(3)],
];
