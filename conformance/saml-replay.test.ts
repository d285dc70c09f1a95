import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaypass } from '../packages/server/src/main.ts';
import { TestClock } from '../packages/server/src/tokens/testing/issuer.ts';
import { recipient, TestSamlProvider } from '../packages/server/src/tokens/testing/saml.ts';
import { account, administrator, refusal, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';

const provider = `arn:aws:iam::${account}:saml-provider/corporate`;
const office = `arn:aws:iam::${account}:role/Office`;
const loginReplayed = {
  name: 'NotAuthorizedException',
  message: 'Invalid login token. The SAML assertion has been used already.',
};
const sessionReplayed = {
  name: 'InvalidIdentityTokenException',
  message: 'The assertion has been used already.',
};

describe('a SAML assertion', () => {
  const idp = new TestSamlProvider(new TestClock(Date.now()));
  let daypass: Awaited<ReturnType<typeof startDaypass>>;
  let admin: ReturnType<typeof administrator>;
  let user: CognitoIdentity;
  let sts: STS;
  let one: string;
  let two: string;

  beforeAll(async () => {
    daypass = await startDaypass({ port: 0, logLevel: 'silent' });
    admin = administrator(daypass);
    await admin.iam.createSAMLProvider({ Name: 'corporate', SAMLMetadataDocument: idp.metadata });
    one = await admin.createPool({ AllowClassicFlow: true, SamlProviderARNs: [provider] });
    two = await admin.createPool({ SamlProviderARNs: [provider] });
    await admin.setRoles(one, { authenticated: await admin.createRole('Staff', one, 'authenticated') });
    await admin.iam.createRole({
      RoleName: 'Office',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: 'sts:AssumeRoleWithSAML',
          Condition: { StringEquals: { 'saml:aud': recipient } },
        },
      }),
    });
    const anybody = { endpoint: daypass.url, region, maxAttempts: 1 };
    user = new CognitoIdentity(anybody);
    sts = new STS({ ...anybody, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  });
  afterAll(() => daypass.close());

  /** A response; one for AssumeRoleWithSAML offers a role too. */
  async function respond(offer: Readonly<Record<string, string>> = {}): Promise<string> {
    const attributes = Object.entries(offer).map(
      ([name, value]) =>
        `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`,
    );
    const statement = `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`;
    const xml = await idp.respond(attributes.length > 0 ? { attributes: statement } : {});
    return Buffer.from(xml).toString('base64');
  }

  const offering = () => respond({ Role: `${office},${provider}`, RoleSessionName: 'ada' });
  const getId = (response: string, IdentityPoolId = one) =>
    user.getId({ IdentityPoolId, Logins: { [provider]: response } });
  const assume = (SAMLAssertion: string) =>
    sts.assumeRoleWithSAML({ RoleArn: office, PrincipalArn: provider, SAMLAssertion });
  const identitiesOf = async (IdentityPoolId: string) =>
    (await admin.cognito.listIdentities({ IdentityPoolId, MaxResults: 60 })).Identities?.length;

  it('serves every step of both flows, and steps that are repeated', async () => {
    const response = await respond();
    const Logins = { [provider]: response };
    const { IdentityId } = await getId(response);
    expect(await getId(response)).toMatchObject({ IdentityId });
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await user.getCredentialsForIdentity({ IdentityId, Logins })).toMatchObject({
        Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/) },
      });
      expect(await user.getOpenIdToken({ IdentityId, Logins })).toMatchObject({ IdentityId });
    }
  });

  it('of one pool is replayed to no other, and nothing is left there', async () => {
    const response = await respond();
    await getId(response);
    expect(await refusal(getId(response, two))).toEqual(loginReplayed);
    expect(await identitiesOf(two)).toBe(0);
    const { Steps } = await callDaypass(daypass, 'ExplainFederation', {
      IdentityPoolId: two,
      Logins: { [provider]: response },
    });
    expect(Steps).toContainEqual(expect.objectContaining({ Step: 'Token', Outcome: 'refused' }));
  });

  it('is not taken by being explained', async () => {
    const response = await respond();
    await callDaypass(daypass, 'ExplainFederation', {
      IdentityPoolId: two,
      Logins: { [provider]: response },
    });
    expect(await getId(response)).toMatchObject({ IdentityId: expect.any(String) });
  });

  it('opens one role session, then nothing', async () => {
    const response = await offering();
    expect(await assume(response)).toMatchObject({ Subject: 'alice' });
    expect(await refusal(assume(response))).toEqual(sessionReplayed);
    const before = await identitiesOf(one);
    expect(await refusal(getId(response))).toEqual(loginReplayed);
    expect(await identitiesOf(one)).toBe(before);
  });

  it('that signed in to a pool opens no role session', async () => {
    const response = await offering();
    await getId(response);
    expect(await refusal(assume(response))).toEqual(sessionReplayed);
  });

  it('is not used up by a request that is refused', async () => {
    const response = await offering();
    const nobody = `arn:aws:iam::${account}:role/Nobody`;
    const refused = [
      { RoleArn: nobody },
      { DurationSeconds: 43_200 },
      { Policy: '{}' },
      { PrincipalArn: `${provider}2` },
    ];
    for (const input of refused) {
      const all = { RoleArn: office, PrincipalArn: provider, SAMLAssertion: response, ...input };
      await refusal(sts.assumeRoleWithSAML(all));
    }
    expect(await assume(response)).toMatchObject({ Subject: 'alice' });
  });
});
