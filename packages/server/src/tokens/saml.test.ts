import { Buffer } from 'node:buffer';
import { afterAll, describe, expect, it } from 'vitest';
import { openUsedAssertions } from '../federation/used-assertions.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { parseSamlMetadata } from './saml-metadata.ts';
import { samlRoles } from './saml-roles.ts';
import { pool, TestClock } from './testing/issuer.ts';
import { entityId, recipient, TestSamlProvider } from './testing/saml.ts';
import { tamperings, wrappings } from './testing/saml-attacks.ts';
import { createTokenVerifier } from './verifier.ts';

const arn = 'arn:aws:iam::000000000000:saml-provider/Example';
const clock = new TestClock();
const idp = new TestSamlProvider(clock);
const stranger = new TestSamlProvider(clock);
const poolId = 'us-east-1:11111111-2222-3333-4444-555555555555';
const providers = pool({ samlProviders: [{ arn, metadata: idp.metadata, poolId }] });
const store = await openSqliteStore({ path: ':memory:' });
const collection = store.collection('used_assertions');
const verifier = createTokenVerifier({
  clock,
  overrides: new Map(),
  usedAssertions: openUsedAssertions({ collection, clock }),
});
afterAll(async () => {
  verifier.close();
  await store.close();
});

const unverified = "Invalid login token. Couldn't verify signed token.";
const signing = {
  assertion: { assertion: true },
  message: { message: true },
  both: { assertion: true, message: true },
};

function verify(xml: string) {
  return verifier.verify(arn, Buffer.from(xml).toString('base64'), providers);
}

function restrictionTo(audience: string): string {
  return `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction>`;
}

function attributeOf(name: string, ...values: string[]): string {
  const texts = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`);
  return `<saml:Attribute Name="${name}">${texts.join('')}</saml:Attribute>`;
}

describe('a SAML response', () => {
  it.each(Object.entries(signing))('with a signed %s proves its subject', async (_name, sign) => {
    await expect(verify(await idp.respond({}, sign))).resolves.toMatchObject({
      provider: arn,
      subject: 'alice',
      audience: recipient,
      issuer: entityId,
      expiresAt: clock.seconds + 300,
      roleMappingKey: arn,
      amr: `${arn}:SAML:alice`,
    });
  });

  it('has its attributes as claims', async () => {
    const attributes = `<saml:AttributeStatement>${attributeOf('team', 'red')}${attributeOf('group', 'a', 'b')}${attributeOf('__proto__', 'x')}</saml:AttributeStatement>`;
    const { claims } = await verify(await idp.respond({ attributes }));
    expect(Object.entries(claims)).toEqual([
      ['team', 'red'],
      ['group', ['a', 'b']],
      ['__proto__', 'x'],
    ]);
  });

  it('has its name exactly as it was signed', async () => {
    await expect(verify(await idp.respond({ nameId: ' alice' }))).resolves.toMatchObject({
      subject: ' alice',
    });
  });

  it('may be given to its pool again while it lives, and not after', async () => {
    const xml = await idp.respond();
    const issuedAt = clock.now();
    await verify(xml);
    await verify(xml);
    clock.advance(300);
    await expect(verify(xml)).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message: `Invalid login token. Token expired: ${clock.now()} >= ${issuedAt + 300_000}`,
    });
  });

  it('may name the regional endpoint as recipient and audience', async () => {
    const regional = 'https://eu-west-1.signin.aws.amazon.com/saml';
    const xml = await idp.respond({ recipient: regional, audience: regional });
    await expect(verify(xml)).resolves.toMatchObject({ audience: regional });
  });

  it('says to STS what it needs', async () => {
    const response = Buffer.from(await idp.respond()).toString('base64');
    await expect(verifier.verifySaml(response, { arn, metadata: idp.metadata })).resolves.toMatchObject({
      issuer: entityId,
      audience: 'urn:amazon:webservices',
      subject: 'alice',
      subjectFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      recipient,
    });
  });

  it.each([
    [
      'of another audience',
      { audience: 'urn:example:shop' },
      'Invalid login token. Incorrect token audience.',
    ],
    [
      'for another recipient',
      { recipient: 'https://evil.test/saml' },
      'Invalid login token. Incorrect token audience.',
    ],
    [
      'for a recipient that looks alike',
      { recipient: 'https://signin.aws.amazon.com.evil.test/saml' },
      'Invalid login token. Incorrect token audience.',
    ],
    [
      'not for a bearer',
      { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' },
      'Invalid login token. Incorrect token audience.',
    ],
    [
      'of another issuer with the same key',
      { issuer: 'https://other.example.test' },
      "Invalid login token. Issuer doesn't match providerName",
    ],
    ['of the future', { notBefore: 301 }, unverified],
    ['without a name', { nameId: '' }, 'Invalid login token. Not a valid OpenId Connect identity token.'],
  ])('%s is refused', async (_name, parts, message) => {
    await expect(verify(await idp.respond(parts))).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message,
    });
  });

  it.each<[string, (xml: string) => string]>([
    [
      'whose confirmation never ends',
      (xml) => xml.replace('NotOnOrAfter="{NotOnOrAfter}" Recipient', 'Recipient'),
    ],
    [
      'whose times are in no zone',
      (xml) => xml.replace('NotBefore="{NotBefore}"', 'NotBefore="2026-01-01T00:00:00"'),
    ],
    ['without conditions', (xml) => xml.replace(/<saml:Conditions.*<\/saml:Conditions>/, '')],
    ['with conditions twice', (xml) => xml.replace(/<saml:Conditions.*<\/saml:Conditions>/, '$&$&')],
  ])('%s is refused', async (_name, edit) => {
    await expect(verify(await idp.respond({ edit }))).rejects.toMatchObject({ message: unverified });
  });

  it.each<[string, (xml: string) => string]>([
    ['for no audience', (xml) => xml.replace(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, '')],
    [
      'for us and, separately, for another audience',
      (xml) => xml.replace('</saml:Conditions>', `${restrictionTo('urn:example:shop')}</saml:Conditions>`),
    ],
    [
      'confirmed for nobody',
      (xml) => xml.replace(/<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/, ''),
    ],
  ])('%s is refused', async (_name, edit) => {
    await expect(verify(await idp.respond({ edit }))).rejects.toMatchObject({
      message: 'Invalid login token. Incorrect token audience.',
    });
  });

  it('whose assertion has no ID is refused, as nobody could tell that it was used', async () => {
    const edit = (xml: string) => xml.replace(' ID="{AssertionId}"', '');
    await expect(verify(await idp.respond({ edit }, signing.message))).rejects.toMatchObject({
      message: unverified,
    });
  });

  it('may name other audiences beside ours', async () => {
    const edit = (xml: string) =>
      xml.replace('<saml:Audience>', '<saml:Audience>urn:example:shop</saml:Audience>$&');
    await expect(verify(await idp.respond({ edit }))).resolves.toMatchObject({ subject: 'alice' });
  });

  it('signed by another provider is refused', async () => {
    for (const sign of Object.values(signing)) {
      await expect(verify(await stranger.respond({}, sign))).rejects.toMatchObject({ message: unverified });
    }
  });

  it('signed with SHA-1 is refused', async () => {
    const algorithm = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
    const xml = await idp.respond({}, { assertion: true, algorithm });
    expect(xml).toContain(algorithm);
    await expect(verify(xml)).rejects.toMatchObject({ message: unverified });
    await expect(verify(xml.replaceAll('rsa-sha1', 'rsa-sh&#97;1'))).rejects.toMatchObject({
      message: unverified,
    });
  });

  it('of a provider the pool does not have is refused', async () => {
    const response = Buffer.from(await idp.respond()).toString('base64');
    await expect(verifier.verify(arn, response, pool())).rejects.toMatchObject({
      message: 'Token is not from a supported provider of this identity pool.',
    });
  });
});

describe('a tampered SAML response', () => {
  it.each(wrappings)('by %s never proves the evil subject', async (_name, signed, tamper) => {
    const wrapped = tamper(await idp.respond({ id: '_assertion' }, signing[signed]));
    expect(wrapped).toContain('>admin<');
    expect(wrapped).toContain('>alice<');
    const subject = await verify(wrapped).then(
      (login) => login.subject,
      (error) => error.message,
    );
    expect(subject).toBe(unverified);
  });

  it.each(tamperings)('with %s is refused', async (_name, tamper) => {
    await expect(verify(tamper(await idp.respond()))).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message: unverified,
    });
  });

  it.each([
    ['no base64', '<samlp:Response>'],
    ['too long', 'A'.repeat(100_001)],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x3c]).toString('base64')],
  ])('that is %s is refused', async (_name, response) => {
    await expect(verifier.verify(arn, response, providers)).rejects.toMatchObject({ message: unverified });
  });
});

describe('SAML metadata', () => {
  it('names the entity and its signing certificates', async () => {
    const { entityId: named, certificates } = await parseSamlMetadata(idp.metadata);
    expect(named).toBe(entityId);
    expect(certificates.map((pem) => pem.replace(/-----.*-----|\s/g, ''))).toEqual([idp.certificate]);
  });

  it.each([
    ['nothing', '', 'the metadata is no EntityDescriptor of SAML 2.0'],
    ['another document', '<a/>', 'the metadata is no EntityDescriptor of SAML 2.0'],
    ['a document type', '<!DOCTYPE a><a/>', 'the metadata has a document type'],
    [
      'no certificate',
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>`,
      'the metadata has no signing certificate',
    ],
    [
      'a certificate for encryption alone',
      idp.metadata.replace('"signing"', '"encryption"'),
      'the metadata has no signing certificate',
    ],
    ['a key of 1,024 bits', new TestSamlProvider(clock, 1024).metadata, 'not RSA of at least 2048 bits'],
  ])('with %s is refused', async (_name, metadata, message) => {
    await expect(parseSamlMetadata(metadata)).rejects.toThrow(message);
    await expect(
      verifier.verify(
        arn,
        Buffer.from(await idp.respond()).toString('base64'),
        pool({ samlProviders: [{ arn, metadata, poolId }] }),
      ),
    ).rejects.toMatchObject({ message: 'Token is not from a supported provider of this identity pool.' });
  });
});

describe('samlRoles', () => {
  const role = 'arn:aws:iam::000000000000:role/Player';

  it.each([
    ['none', undefined, []],
    ['one', `${role},${arn}`, [{ roleArn: role, providerArn: arn }]],
    ['the other order, with a space', `${arn}, ${role}`, [{ roleArn: role, providerArn: arn }]],
    [
      'several, broken ones left out',
      [`${role},${arn}`, role, `${role},${role}`, `${arn},${role},${role}`],
      [{ roleArn: role, providerArn: arn }],
    ],
  ])('%s', (_name, value, expected) => {
    expect(samlRoles({ 'https://aws.amazon.com/SAML/Attributes/Role': value })).toEqual(expected);
  });
});
