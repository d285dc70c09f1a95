import { CognitoIdentity, type CreateIdentityPoolCommandInput } from '@aws-sdk/client-cognito-identity';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { type Daypass, startDaypass } from '@daypass/server';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { account, administrator, refusal, region, trustPolicy } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const developers = 'login.my.backend';

let daypass: Daypass;
let issuer: Issuer;
let google: Issuer;
let providerArn: string;
let admin: ReturnType<typeof administrator>;
/** With the root key. */
let backend: CognitoIdentity;
/** Without any key. */
let app: CognitoIdentity;
let IdentityPoolId: string;
let pools = 0;

beforeAll(async () => {
  issuer = await startIssuer();
  google = await startIssuer('accounts.google.com', 'google-client');
  daypass = await startDaypass({
    port: 0,
    logLevel: 'silent',
    providerOverrides: { [issuer.key]: issuer.url, [google.key]: google.url },
  });
  admin = administrator(daypass);
  const config = { endpoint: daypass.url, region, maxAttempts: 1 };
  backend = new CognitoIdentity({ ...config, credentials: daypass.rootCredentials });
  app = new CognitoIdentity(config);
  providerArn = await admin.registerIssuer(issuer.key, ['example-client']);
});

afterAll(async () => {
  await daypass.close();
  await Promise.all([issuer.close(), google.close()]);
});

const configuration = (): Partial<CreateIdentityPoolCommandInput> => ({
  AllowUnauthenticatedIdentities: true,
  DeveloperProviderName: developers,
  OpenIdConnectProviderARNs: [providerArn],
  SupportedLoginProviders: { [google.key]: 'google-client' },
});

/** A pool with roles for everybody. */
async function usablePool(): Promise<string> {
  const id = await admin.createPool(configuration());
  const name = `Identities${pools++}`;
  await admin.setRoles(id, {
    authenticated: await admin.createRole(`${name}Player`, id, 'authenticated'),
    unauthenticated: await admin.createRole(`${name}Guest`, id, 'unauthenticated'),
  });
  return id;
}

beforeEach(async () => {
  IdentityPoolId = await usablePool();
});

const exampleLogin = async (sub: string) => ({ [issuer.key]: await issuer.token({ sub }) });
const googleLogin = async (sub: string) => ({ [google.key]: await google.token({ sub }) });
const getId = async (Logins: Record<string, string> = {}) =>
  (await app.getId({ IdentityPoolId, Logins })).IdentityId ?? '';
const enter = (IdentityId: string, Logins: Record<string, string> = {}) =>
  app.getCredentialsForIdentity({ IdentityId, Logins });
const invalid = (message: unknown) => ({ name: 'InvalidParameterException', message });

describe('a pool’s configuration', () => {
  it('has no developer provider by the name of a public one', async () => {
    const named = {
      IdentityPoolName: 'x',
      AllowUnauthenticatedIdentities: false,
      DeveloperProviderName: 'accounts.google.com',
    };
    expect(await refusal(backend.createIdentityPool(named))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('pages through developer users in the order they are kept in', async () => {
    const pool = await admin.createPool({ DeveloperProviderName: developers });
    // The first two are in another order as UTF-16 than as UTF-8.
    const users = ['\u{1f600}', '\uff5e', 'ada', 'grace'];
    const { IdentityId } = await backend.getOpenIdTokenForDeveloperIdentity({
      IdentityPoolId: pool,
      Logins: { [developers]: users[0] ?? '' },
    });
    for (const user of users.slice(1)) {
      await backend.getOpenIdTokenForDeveloperIdentity({
        IdentityPoolId: pool,
        Logins: { [developers]: user },
      });
      await backend.mergeDeveloperIdentities({
        IdentityPoolId: pool,
        DeveloperProviderName: developers,
        SourceUserIdentifier: user,
        DestinationUserIdentifier: users[0] ?? '',
      });
    }
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await backend.lookupDeveloperIdentity({
        IdentityPoolId: pool,
        IdentityId,
        MaxResults: 1,
        NextToken,
      });
      seen.push(...(page.DeveloperUserIdentifierList ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen.sort()).toEqual([...users].sort());
  });

  it('loses the providers that an update leaves out', async () => {
    await backend.updateIdentityPool({
      IdentityPoolId,
      IdentityPoolName: 'bare',
      AllowUnauthenticatedIdentities: false,
    });
    const { $metadata: _, ...pool } = await backend.describeIdentityPool({ IdentityPoolId });
    expect(pool).toEqual({
      IdentityPoolId,
      IdentityPoolName: 'bare',
      AllowUnauthenticatedIdentities: false,
      DeveloperProviderName: developers,
      IdentityPoolTags: {},
    });
    expect((await backend.getIdentityPoolRoles({ IdentityPoolId })).Roles).toHaveProperty('authenticated');
    expect(await refusal(getId())).toEqual({
      name: 'NotAuthorizedException',
      message: 'Unauthenticated access is not supported for this identity pool.',
    });
    expect(await refusal(getId(await googleLogin('ada')))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Token is not from a supported provider of this identity pool.',
    });
  });

  it('keeps the name of the developer provider', async () => {
    const rename = backend.updateIdentityPool({
      IdentityPoolId,
      IdentityPoolName: 'test',
      AllowUnauthenticatedIdentities: true,
      DeveloperProviderName: 'login.other.backend',
    });
    expect(await refusal(rename)).toMatchObject({ name: 'InvalidParameterException' });
  });

  it.each<{ name: string; changes: Partial<CreateIdentityPoolCommandInput>; message: unknown }>([
    {
      name: 'an unknown public provider',
      changes: { SupportedLoginProviders: { 'example.com': 'x' } },
      message: 'Please provide a valid public provider',
    },
    {
      name: 'half a user pool',
      changes: { CognitoIdentityProviders: [{ ProviderName: 'us-east-1_abc', ClientId: 'abc' }] },
      message: 'Invalid Cognito Identity Provider',
    },
    {
      name: 'a reserved tag',
      changes: { IdentityPoolTags: { 'aws:x': 'y' } },
      message: expect.stringContaining('aws:'),
    },
    {
      name: '51 tags',
      changes: { IdentityPoolTags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v'])) },
      message: expect.stringContaining('50'),
    },
  ])('is refused with $name', async ({ changes, message }) => {
    expect(await refusal(admin.createPool(changes))).toEqual(invalid(message));
  });

  it('maps roles of its own providers only', async () => {
    const key = `https://${issuer.key}`;
    const set = backend.setIdentityPoolRoles({
      IdentityPoolId,
      Roles: {},
      RoleMappings: { [key]: { Type: 'Token', AmbiguousRoleResolution: 'Deny' } },
    });
    expect(await refusal(set)).toEqual(
      invalid(`(${key}) is not a valid RoleMapping ProviderName or is not a configured provider.`),
    );
  });

  it('denies by an ambiguous mapping, and by a role that is not offered', async () => {
    await backend.setIdentityPoolRoles({
      IdentityPoolId,
      Roles: {},
      RoleMappings: { [providerArn]: { Type: 'Token', AmbiguousRoleResolution: 'Deny' } },
    });
    const id = await getId(await exampleLogin('ada'));
    expect(await refusal(enter(id, await exampleLogin('ada')))).toEqual({
      name: 'NotAuthorizedException',
      message: `The ambiguous role mapping rules for: ${providerArn} denied this request.`,
    });
    const CustomRoleArn = `arn:aws:iam::${account}:role/Admin`;
    const googleId = await getId(await googleLogin('ada'));
    const Logins = await googleLogin('ada');
    await admin.setRoles(IdentityPoolId, { authenticated: `arn:aws:iam::${account}:role/Player` });
    expect(
      await refusal(app.getCredentialsForIdentity({ IdentityId: googleId, Logins, CustomRoleArn })),
    ).toEqual({
      name: 'NotAuthorizedException',
      message: `Access to Role '${CustomRoleArn}' is forbidden.`,
    });
  });
});

describe('tags', () => {
  const arn = () => `arn:aws:cognito-identity:${region}:${account}:identitypool/${IdentityPoolId}`;

  it('come and go, and count to 50', async () => {
    const ResourceArn = arn();
    await backend.tagResource({ ResourceArn, Tags: { team: 'games', stage: '' } });
    await backend.untagResource({ ResourceArn, TagKeys: ['team', 'unknown'] });
    expect((await backend.listTagsForResource({ ResourceArn })).Tags).toEqual({ stage: '' });
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']));
    await backend.tagResource({ ResourceArn, Tags: many(49) });
    expect(await refusal(backend.tagResource({ ResourceArn, Tags: { more: '' } }))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('are of a resource that is named by its ARN', async () => {
    const ResourceArn = IdentityPoolId;
    expect(await refusal(backend.tagResource({ ResourceArn, Tags: {} }))).toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(
      await refusal(backend.listTagsForResource({ ResourceArn: `${arn().slice(0, -1)}!` })),
    ).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('principal tags', () => {
  it('are remembered for each provider', async () => {
    const one = { IdentityPoolId, IdentityProviderName: google.key };
    expect(await refusal(backend.getPrincipalTagAttributeMap(one))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const set = { ...one, UseDefaults: false, PrincipalTags: { department: 'custom:department' } };
    expect(await backend.setPrincipalTagAttributeMap(set)).toMatchObject(set);
    expect(await backend.getPrincipalTagAttributeMap(one)).toMatchObject(set);
    const unknown = { IdentityPoolId, IdentityProviderName: 'www.amazon.com', PrincipalTags: {} };
    expect(await refusal(backend.setPrincipalTagAttributeMap(unknown))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('are in the pool’s tokens, and need sts:TagSession to become those of a session', async () => {
    await backend.setPrincipalTagAttributeMap({
      IdentityPoolId,
      IdentityProviderName: issuer.key,
      UseDefaults: true,
    });
    const IdentityId = await getId(await exampleLogin('ada'));
    const Logins = await exampleLogin('ada');
    const { Token = '' } = await app.getOpenIdToken({ IdentityId, Logins });
    expect(decodeJwt(Token)['https://aws.amazon.com/tags']).toEqual({
      principal_tags: { client: ['example-client'], username: ['ada'] },
    });
    expect(await refusal(enter(IdentityId, Logins))).toEqual({
      name: 'InvalidIdentityPoolConfigurationException',
      message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
    });
    const RoleName = `Identities${pools - 1}Player`;
    const PolicyDocument = trustPolicy(IdentityPoolId, 'authenticated').replace(
      '"sts:AssumeRoleWithWebIdentity"',
      '["sts:AssumeRoleWithWebIdentity","sts:TagSession"]',
    );
    await admin.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    expect((await enter(IdentityId, Logins)).Credentials?.SessionToken).toBeTruthy();
  });
});
