import { CreateSAMLProviderCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithSAMLCommand, type AssumeRoleWithSAMLCommandInput } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';
import { TestClock } from '../../tokens/testing/issuer.ts';
import { type AssertionParts, entityId, recipient, TestSamlProvider } from '../../tokens/testing/saml.ts';
import { account, administrator, allow, configFor, keysIn, refusal, stsFor } from './testing.ts';

const PrincipalArn = `arn:aws:iam::${account}:saml-provider/corporate`;

let idp: TestSamlProvider;
let daypass: Daypass;
let admin: ReturnType<typeof administrator>;

beforeAll(async () => {
  idp = new TestSamlProvider(new TestClock(Date.now()));
  daypass = await startDaypass({ port: 0, logLevel: 'silent' });
  admin = administrator(daypass.url, daypass.rootCredentials);
  await admin.iam.send(
    new CreateSAMLProviderCommand({ Name: 'corporate', SAMLMetadataDocument: idp.metadata }),
  );
});

afterAll(() => daypass.close());

let made = 0;
function createRole(statement: object = {}, permissions: readonly object[] = [], more = {}): Promise<string> {
  const trust = {
    Effect: 'Allow',
    Principal: { Federated: PrincipalArn },
    Action: 'sts:AssumeRoleWithSAML',
    Condition: { StringEquals: { 'saml:aud': recipient } },
    ...statement,
  };
  return admin.createRole(`saml-${++made}`, [trust], permissions, more);
}

type Attributes = Readonly<Record<string, string | readonly string[]>>;

/** A signed response that offers the role and names the session, unless the attributes say otherwise. */
async function response(
  RoleArn: string,
  attributes: Attributes = {},
  parts: AssertionParts = {},
): Promise<string> {
  const all = { Role: `${RoleArn},${PrincipalArn}`, RoleSessionName: 'ada', ...attributes };
  const statements = Object.entries(all).map(([name, values]) => {
    const texts = [values].flat().map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`);
    return `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}">${texts.join('')}</saml:Attribute>`;
  });
  const xml = await idp.respond({
    attributes: `<saml:AttributeStatement>${statements.join('')}</saml:AttributeStatement>`,
    ...parts,
  });
  return Buffer.from(xml).toString('base64');
}

function assume(input: Partial<AssumeRoleWithSAMLCommandInput> & { RoleArn: string; SAMLAssertion: string }) {
  return stsFor(daypass.url).send(new AssumeRoleWithSAMLCommand({ PrincipalArn, ...input }));
}

describe('AssumeRoleWithSAML', () => {
  it('gives credentials of a role that the provider offers and that trusts it', async () => {
    const RoleArn = await createRole();
    const answer = await assume({ RoleArn, SAMLAssertion: await response(RoleArn) });
    expect(answer).toMatchObject({
      AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/saml-${made}/ada` },
      Subject: 'alice',
      SubjectType: 'persistent',
      Issuer: entityId,
      Audience: recipient,
      NameQualifier: expect.stringMatching(/^[A-Za-z0-9+/]{27}=$/),
    });
  });

  it.each<[string, Attributes, AssertionParts, readonly [string, string]]>([
    [
      'another issuer',
      {},
      { issuer: 'https://idp.elsewhere.test' },
      ['InvalidIdentityToken', 'Issuer not present in specified provider'],
    ],
    [
      'another audience',
      {},
      { audience: 'urn:somebody:else' },
      ['InvalidIdentityToken', 'Response does not contain the required audience.'],
    ],
    [
      'a time that has passed',
      {},
      { notBefore: -600, notOnOrAfter: -1 },
      ['ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance'],
    ],
    [
      'no session name',
      { RoleSessionName: [] },
      {},
      ['InvalidIdentityToken', 'RoleSessionName is required in AuthnResponse'],
    ],
    [
      'a session name with a space',
      { RoleSessionName: 'ada l' },
      {},
      ['InvalidIdentityToken', 'RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}'],
    ],
    [
      'a session of a minute',
      { SessionDuration: '60' },
      {},
      [
        'InvalidIdentityToken',
        'SessionDuration in AuthnResponse must be a number of seconds from 900 to 43200',
      ],
    ],
    [
      'a tag of two values',
      { 'PrincipalTag:team': ['red', 'blue'] },
      {},
      ['InvalidIdentityToken', 'PrincipalTag:team in AuthnResponse must have one value'],
    ],
    [
      'another role',
      { Role: `arn:aws:iam::${account}:role/other,${PrincipalArn}` },
      {},
      ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML'],
    ],
    [
      'tags, where the role does not let them be set',
      { 'PrincipalTag:team': 'red' },
      {},
      ['AccessDenied', 'Not authorized to perform sts:TagSession'],
    ],
    [
      'a source identity, where the role does not let one be set',
      { SourceIdentity: 'ada' },
      {},
      ['AccessDenied', 'Not authorized to perform sts:SetSourceIdentity'],
    ],
  ])('refuses a response with %s', async (_case, attributes, parts, expected) => {
    const RoleArn = await createRole();
    expect(
      await refusal(assume({ RoleArn, SAMLAssertion: await response(RoleArn, attributes, parts) })),
    ).toEqual(expected);
  });

  it('refuses what the provider did not sign', async () => {
    const RoleArn = await createRole();
    const stranger = new TestSamlProvider(idp.clock);
    const SAMLAssertion = Buffer.from(await stranger.respond()).toString('base64');
    expect(await refusal(assume({ RoleArn, SAMLAssertion }))).toEqual([
      'InvalidIdentityToken',
      'Response signature invalid',
    ]);
  });

  it('refuses a provider that is not there, and a role that does not trust it', async () => {
    const RoleArn = await createRole({ Condition: { StringEquals: { 'saml:sub': 'bob' } } });
    const SAMLAssertion = await response(RoleArn);
    expect(await refusal(assume({ RoleArn, SAMLAssertion }))).toEqual([
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithSAML',
    ]);
    const nobody = `arn:aws:iam::${account}:saml-provider/nobody`;
    expect(await refusal(assume({ RoleArn, SAMLAssertion, PrincipalArn: nobody }))).toEqual([
      'InvalidIdentityToken',
      "Specified provider doesn't exist.",
    ]);
  });

  it('lets the trust policy ask for what the response says', async () => {
    const { NameQualifier } = await (async () => {
      const RoleArn = await createRole();
      return assume({ RoleArn, SAMLAssertion: await response(RoleArn) });
    })();
    const RoleArn = await createRole({
      Condition: {
        StringEquals: {
          'saml:iss': entityId,
          'saml:sub': 'alice',
          'saml:sub_type': 'persistent',
          'saml:namequalifier': NameQualifier,
          'saml:doc': `${account}/corporate`,
          'sts:RoleSessionName': 'ada',
        },
      },
    });
    await expect(assume({ RoleArn, SAMLAssertion: await response(RoleArn) })).resolves.toBeDefined();
  });

  it('lets the policies of the role know whose session it is', async () => {
    const listRoles = async (wanted: object) => {
      const RoleArn = await createRole({}, [
        allow('iam:ListRoles', {
          Condition: { StringEquals: { 'saml:sub_type': 'persistent', ...wanted } },
        }),
      ]);
      const { Credentials, NameQualifier } = await assume({
        RoleArn,
        SAMLAssertion: await response(RoleArn),
      });
      const iam = new IAMClient(configFor(daypass.url, keysIn(Credentials)));
      return { NameQualifier, call: iam.send(new ListRolesCommand({})) };
    };
    const alice = await listRoles({ 'saml:sub': 'alice' });
    await expect(alice.call).resolves.toBeDefined();
    const qualified = await listRoles({ 'saml:namequalifier': alice.NameQualifier });
    await expect(qualified.call).resolves.toBeDefined();
    expect((await refusal((await listRoles({ 'saml:sub': 'bob' })).call))[0]).toBe('AccessDenied');
    // The issuer and the audience are asked for at the door only.
    expect((await refusal((await listRoles({ 'saml:iss': entityId })).call))[0]).toBe('AccessDenied');
  });

  it('lets the response set tags and a source identity, and make the session shorter', async () => {
    const RoleArn = await createRole(
      { Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'] },
      [allow('iam:ListRoles', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } })],
    );
    const SAMLAssertion = await response(RoleArn, {
      'PrincipalTag:team': 'red',
      TransitiveTagKeys: 'team',
      SourceIdentity: 'ada',
      SessionDuration: '900',
    });
    const answer = await assume({ RoleArn, SAMLAssertion, DurationSeconds: 3600 });
    expect(answer).toMatchObject({ SourceIdentity: 'ada', PackedPolicySize: 1 });
    expect((answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(900_000);
    const iam = new IAMClient(configFor(daypass.url, keysIn(answer.Credentials)));
    await expect(iam.send(new ListRolesCommand({}))).resolves.toBeDefined();
  });
});
