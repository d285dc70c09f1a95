import * as sdk from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClock } from '../packages/server/src/tokens/testing/issuer.ts';
import { recipient, TestSamlProvider } from '../packages/server/src/tokens/testing/saml.ts';
import { checkAnswers } from './compatibility/check.ts';
import { call, modelledOperations, refused } from './compatibility/model.ts';
import { type RecordedService, startRecordedService } from './compatibility/service.ts';
import { account, administrator, refusal, region } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

describe('AWS Security Token Service through the AWS SDK', () => {
  let service: RecordedService;
  let issuer: Issuer;
  let admin: ReturnType<typeof administrator>;
  let user: sdk.STS;
  let webRole: string;
  const nobody = { accessKeyId: 'none', secretAccessKey: 'none' };
  const userArn = `arn:aws:iam::${account}:user/backend`;

  const stsOf = (keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
    new sdk.STS({ endpoint: service.url, region, credentials: keys, maxAttempts: 1 });

  /** A client with the credentials that an operation gave. */
  const stsWith = ({
    AccessKeyId = '',
    SecretAccessKey = '',
    SessionToken = '',
  }: Partial<sdk.Credentials> = {}) =>
    stsOf({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });

  async function createRole(
    name: string,
    principal: object,
    action: string,
    condition = {},
  ): Promise<string> {
    const statement = { Effect: 'Allow', Principal: principal, Action: action, Condition: condition };
    const { Role } = await admin.iam.createRole({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    });
    return Role?.Arn ?? '';
  }

  beforeAll(async () => {
    issuer = await startIssuer();
    service = await startRecordedService({ providerOverrides: { [issuer.key]: issuer.url } });
    admin = administrator(service);
    await admin.iam.createUser({ UserName: 'backend' });
    const { AccessKey } = await admin.iam.createAccessKey({ UserName: 'backend' });
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
    user = stsOf({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
    const provider = await admin.registerIssuer(issuer.key, ['example-client']);
    webRole = await createRole('Web', { Federated: provider }, 'sts:AssumeRoleWithWebIdentity', {
      StringEquals: { [`${issuer.key}:sub`]: 'ada' },
    });
  });

  afterAll(async () => {
    await service.close();
    await issuer.close();
  });

  const withToken = (WebIdentityToken: string, RoleArn = webRole) =>
    stsOf(nobody).assumeRoleWithWebIdentity({ RoleArn, RoleSessionName: 'ada', WebIdentityToken });

  it('says who a caller is', async () => {
    expect(await user.getCallerIdentity({})).toMatchObject({ Account: account, Arn: userArn });
  });

  it('gives a user temporary credentials of the user’s own', async () => {
    const { Credentials } = await user.getSessionToken({ DurationSeconds: 900 });
    const session = stsWith(Credentials);
    expect(await session.getCallerIdentity({})).toMatchObject({ Arn: userArn });
    expect(await refusal(session.getSessionToken({}))).toEqual({
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  it('gives a user whom the role trusts a session of it', async () => {
    const RoleArn = await createRole('Admin', { AWS: userArn }, 'sts:AssumeRole');
    const { Credentials, AssumedRoleUser } = await user.assumeRole({ RoleArn, RoleSessionName: 'work' });
    const arn = `arn:aws:sts::${account}:assumed-role/Admin/work`;
    expect(AssumedRoleUser?.Arn).toBe(arn);
    expect(await stsWith(Credentials).getCallerIdentity({})).toMatchObject({ Arn: arn });
  });

  it('gives the bearer of a token a session of a role that trusts its provider', async () => {
    const { Credentials, ...answer } = await withToken(await issuer.token());
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'ada',
      Audience: 'example-client',
      AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/Web/ada` },
    });
    expect(await stsWith(Credentials).getCallerIdentity({})).toMatchObject({
      Arn: `arn:aws:sts::${account}:assumed-role/Web/ada`,
    });
  });

  it('gives an identity of a pool a role by the token of the pool: the basic flow', async () => {
    const poolId = await admin.createPool({ AllowUnauthenticatedIdentities: true, AllowClassicFlow: true });
    const RoleArn = await admin.createRole('Guest', poolId, 'unauthenticated');
    const { IdentityId } = await admin.cognito.getId({ IdentityPoolId: poolId });
    const { Token = '' } = await admin.cognito.getOpenIdToken({ IdentityId });
    expect(await withToken(Token, RoleArn)).toMatchObject({
      SubjectFromWebIdentityToken: IdentityId,
      Audience: poolId,
      Provider: 'cognito-identity.amazonaws.com',
    });
  });

  it('gives a user of a SAML provider a role that the response offers', async () => {
    const idp = new TestSamlProvider(new TestClock(Date.now()));
    const { SAMLProviderArn: PrincipalArn = '' } = await admin.iam.createSAMLProvider({
      Name: 'office',
      SAMLMetadataDocument: idp.metadata,
    });
    const RoleArn = await createRole('Office', { Federated: PrincipalArn }, 'sts:AssumeRoleWithSAML', {
      StringEquals: { 'saml:aud': recipient },
    });
    const attributes = Object.entries({ Role: `${RoleArn},${PrincipalArn}`, RoleSessionName: 'grace' }).map(
      ([name, value]) =>
        `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`,
    );
    const xml = await idp.respond({
      attributes: `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`,
    });
    const SAMLAssertion = Buffer.from(xml).toString('base64');
    const { AssumedRoleUser } = await stsOf(nobody).assumeRoleWithSAML({
      RoleArn,
      PrincipalArn,
      SAMLAssertion,
    });
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${account}:assumed-role/Office/grace`);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'an expired token',
      async () => withToken(await issuer.token({ exp: 1_563_256_680 })),
      'ExpiredTokenException',
    ],
    ['what is no token', () => withToken('opaque'), 'InvalidIdentityTokenException'],
    [
      'a token for another client',
      async () => withToken(await issuer.token({ aud: 'x' })),
      'InvalidIdentityTokenException',
    ],
    [
      'somebody whom the role does not trust',
      async () => withToken(await issuer.token({ sub: 'eve' })),
      'AccessDenied',
    ],
    [
      'a session policy that is none',
      async () =>
        stsOf(nobody).assumeRoleWithWebIdentity({
          RoleArn: webRole,
          RoleSessionName: 'ada',
          WebIdentityToken: await issuer.token(),
          Policy: '{}',
        }),
      'MalformedPolicyDocumentException',
    ],
    [
      'a session without a name',
      () => user.assumeRole({ RoleArn: webRole, RoleSessionName: '' }),
      'ValidationError',
    ],
    ['an unknown key', () => stsOf(nobody).getCallerIdentity({}), 'InvalidClientTokenId'],
    [
      'a wrong secret',
      () => stsOf({ ...service.rootCredentials, secretAccessKey: 'wrong' }).getCallerIdentity({}),
      'SignatureDoesNotMatch',
    ],
  ])('refuses %s', async (_, attempt, name) => {
    expect(await refusal(attempt())).toMatchObject({ name });
  });

  it('says of every other operation that it is not served, and answers as the compatibility page says', async () => {
    const asked = new Set(service.calls.map(({ operation }) => operation));
    const others = modelledOperations(sdk).filter((operation) => !asked.has(operation));
    for (const operation of others) await call(user, operation).catch(() => undefined);
    expect(refused(service.calls, 'sts', 'InvalidAction')).toEqual(others);
    checkAnswers('sts', service.calls);
  });
});
