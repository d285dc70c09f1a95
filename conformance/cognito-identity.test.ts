import * as sdk from '@aws-sdk/client-cognito-identity';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAnswers } from './compatibility/check.ts';
import { modelledOperations, served } from './compatibility/model.ts';
import { type RecordedService, startRecordedService } from './compatibility/service.ts';
import { account, administrator, region } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const { CognitoIdentity } = sdk;

describe('Amazon Cognito Identity through the AWS SDK', () => {
  let service: RecordedService;
  let issuer: Issuer;
  let other: Issuer;
  let admin: ReturnType<typeof administrator>;
  /** With the root key. */
  let cognito: sdk.CognitoIdentity;
  /** Without any key, as an app. */
  let app: sdk.CognitoIdentity;
  let providerArns: string[];
  let IdentityPoolId: string;
  const developerProvider = 'login.backend.example';

  beforeAll(async () => {
    issuer = await startIssuer();
    other = await startIssuer('other.example.test');
    service = await startRecordedService({
      providerOverrides: { [issuer.key]: issuer.url, [other.key]: other.url },
    });
    admin = administrator(service);
    cognito = new CognitoIdentity({
      endpoint: service.url,
      region,
      credentials: service.rootCredentials,
      maxAttempts: 1,
    });
    app = new CognitoIdentity({ endpoint: service.url, region, maxAttempts: 1 });
    providerArns = [
      await admin.registerIssuer(issuer.key, ['example-client']),
      await admin.registerIssuer(other.key, ['example-client']),
    ];
    IdentityPoolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      AllowClassicFlow: true,
      DeveloperProviderName: developerProvider,
      OpenIdConnectProviderARNs: providerArns,
    });
    await admin.setRoles(IdentityPoolId, {
      authenticated: await admin.createRole('Player', IdentityPoolId, 'authenticated'),
      unauthenticated: await admin.createRole('Guest', IdentityPoolId, 'unauthenticated'),
    });
  });

  afterAll(async () => {
    await service.close();
    await Promise.all([issuer.close(), other.close()]);
  });

  const login = async (sub: string, from = issuer) => ({ [from.key]: await from.token({ sub }) });

  /** An answer without what every client adds to it. */
  async function body(answer: Promise<{ $metadata: unknown }>): Promise<object> {
    const { $metadata: _, ...members } = await answer;
    return members;
  }

  const developerToken = (user: string, IdentityId?: string) =>
    cognito.getOpenIdTokenForDeveloperIdentity({
      IdentityPoolId,
      IdentityId,
      Logins: { [developerProvider]: user },
    });

  describe('a pool', () => {
    const everything = {
      IdentityPoolName: 'Everything',
      AllowUnauthenticatedIdentities: true,
      AllowClassicFlow: false,
      DeveloperProviderName: 'login.example',
      SupportedLoginProviders: { 'accounts.google.com': 'google-client', 'graph.facebook.com': '1234567890' },
      CognitoIdentityProviders: [
        {
          ProviderName: 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example01',
          ClientId: 'webclient',
          ServerSideTokenCheck: true,
        },
      ],
      OpenIdConnectProviderARNs: [`arn:aws:iam::${account}:oidc-provider/login.example.test`],
      SamlProviderARNs: [`arn:aws:iam::${account}:saml-provider/office`],
      IdentityPoolTags: { team: 'games', stage: '' },
    };

    it('is created, shown, replaced as a whole, listed and deleted', async () => {
      const created = await cognito.createIdentityPool(everything);
      const id = { IdentityPoolId: created.IdentityPoolId };
      expect(await body(cognito.describeIdentityPool(id))).toEqual({ ...id, ...everything });

      const bare = { ...id, IdentityPoolName: 'Bare', AllowUnauthenticatedIdentities: false };
      // What an update leaves out is gone, but for these.
      const { AllowClassicFlow, DeveloperProviderName, IdentityPoolTags } = everything;
      const left = { ...bare, AllowClassicFlow, DeveloperProviderName, IdentityPoolTags };
      expect(await body(cognito.updateIdentityPool(bare))).toEqual(left);
      expect(await body(cognito.describeIdentityPool(id))).toEqual(left);
      const { IdentityPools } = await cognito.listIdentityPools({ MaxResults: 60 });
      expect(IdentityPools).toContainEqual({ ...id, IdentityPoolName: 'Bare' });

      expect(await body(cognito.deleteIdentityPool(id))).toEqual({});
      await expect(cognito.describeIdentityPool(id)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    it('has tags', async () => {
      const { IdentityPoolId: id } = await cognito.createIdentityPool(everything);
      const ResourceArn = `arn:aws:cognito-identity:${region}:${account}:identitypool/${id}`;
      expect(await body(cognito.tagResource({ ResourceArn, Tags: { stage: 'live', new: 'yes' } }))).toEqual(
        {},
      );
      expect(await body(cognito.untagResource({ ResourceArn, TagKeys: ['team', 'absent'] }))).toEqual({});
      expect(await body(cognito.listTagsForResource({ ResourceArn }))).toEqual({
        Tags: { stage: 'live', new: 'yes' },
      });
    });

    it('has roles, and mappings that choose among them', async () => {
      const { IdentityPoolId: id = '' } = await cognito.createIdentityPool(everything);
      const roles = {
        IdentityPoolId: id,
        Roles: { authenticated: `arn:aws:iam::${account}:role/Player` },
        RoleMappings: {
          'accounts.google.com': {
            Type: sdk.RoleMappingType.RULES,
            AmbiguousRoleResolution: sdk.AmbiguousRoleResolutionType.DENY,
            RulesConfiguration: {
              Rules: [
                {
                  Claim: 'hd',
                  MatchType: sdk.MappingRuleMatchType.STARTS_WITH,
                  Value: 'example',
                  RoleARN: `arn:aws:iam::${account}:role/Guest`,
                },
              ],
            },
          },
          'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example01:webclient': {
            Type: sdk.RoleMappingType.TOKEN,
            AmbiguousRoleResolution: sdk.AmbiguousRoleResolutionType.AUTHENTICATED_ROLE,
          },
        },
      };
      expect(await body(cognito.setIdentityPoolRoles(roles))).toEqual({});
      expect(await body(cognito.getIdentityPoolRoles({ IdentityPoolId: id }))).toEqual(roles);
    });

    it('says which claims become principal tags', async () => {
      const { IdentityPoolId: id = '' } = await cognito.createIdentityPool(everything);
      const tags = {
        IdentityPoolId: id,
        IdentityProviderName: 'accounts.google.com',
        UseDefaults: false,
        PrincipalTags: { team: 'hd' },
      };
      expect(await body(cognito.setPrincipalTagAttributeMap(tags))).toEqual(tags);
      const { PrincipalTags: _, UseDefaults: __, ...key } = tags;
      expect(await body(cognito.getPrincipalTagAttributeMap(key))).toEqual(tags);
    });

    it('keeps every change of many that come at once', async () => {
      const { IdentityPoolId: id = '' } = await cognito.createIdentityPool(everything);
      const ResourceArn = `arn:aws:cognito-identity:${region}:${account}:identitypool/${id}`;
      const names = Array.from({ length: 8 }, (_, number) => `tag-${number}`);
      await Promise.all([
        ...names.map((name) => cognito.tagResource({ ResourceArn, Tags: { [name]: 'set' } })),
        cognito.setIdentityPoolRoles({ IdentityPoolId: id, Roles: {} }),
        ...['accounts.google.com', 'graph.facebook.com'].map((IdentityProviderName) =>
          cognito.setPrincipalTagAttributeMap({
            IdentityPoolId: id,
            IdentityProviderName,
            UseDefaults: true,
          }),
        ),
      ]);
      const { Tags = {} } = await cognito.listTagsForResource({ ResourceArn });
      expect(Object.keys(Tags)).toEqual(expect.arrayContaining(names));
    });
  });

  describe('the enhanced flow', () => {
    it('gives the user of a login an identity and credentials', async () => {
      const Logins = await login('ada');
      const { IdentityId } = await app.getId({ AccountId: account, IdentityPoolId, Logins });
      expect(await body(app.getCredentialsForIdentity({ IdentityId, Logins }))).toEqual({
        IdentityId,
        Credentials: {
          AccessKeyId: expect.stringMatching(/^ASIA/),
          SecretKey: expect.any(String),
          SessionToken: expect.any(String),
          Expiration: expect.any(Date),
        },
      });
    });
  });

  describe('the basic flow', () => {
    it('gives a token of the pool for ten minutes', async () => {
      const Logins = await login('ada');
      const { IdentityId = '' } = await app.getId({ IdentityPoolId, Logins });
      const { Token = '', ...answer } = await app.getOpenIdToken({ IdentityId, Logins });
      expect(answer.IdentityId).toBe(IdentityId);
      const claims = decodeJwt(Token);
      expect(claims).toMatchObject({
        sub: IdentityId,
        aud: IdentityPoolId,
        amr: ['authenticated', issuer.key, `${providerArns[0]}:OIDC:ada`],
      });
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(600);
    });
  });

  describe('an identity', () => {
    it('is shown with its providers, and is linked to another login by showing both', async () => {
      const first = await login('linus');
      const { IdentityId = '' } = await app.getId({ IdentityPoolId, Logins: first });
      const both = { ...first, ...(await login('linus', other)) };
      await app.getCredentialsForIdentity({ IdentityId, Logins: both });
      expect(await body(cognito.describeIdentity({ IdentityId }))).toEqual({
        IdentityId,
        Logins: [issuer.key, other.key],
        CreationDate: expect.any(Date),
        LastModifiedDate: expect.any(Date),
      });
      expect((await app.getId({ IdentityPoolId, Logins: await login('linus', other) })).IdentityId).toBe(
        IdentityId,
      );

      const unlinked = { IdentityId, Logins: both, LoginsToRemove: [other.key] };
      expect(await body(app.unlinkIdentity(unlinked))).toEqual({});
      expect((await cognito.describeIdentity({ IdentityId })).Logins).toEqual([issuer.key]);
    });

    it('of a guest goes on in the identity of who signs in, and is listed as long as disabled ones are', async () => {
      const Logins = await login('grace');
      const { IdentityId: known = '' } = await app.getId({ IdentityPoolId, Logins });
      const { IdentityId: guest = '' } = await app.getId({ IdentityPoolId });
      const merged = await app.getCredentialsForIdentity({ IdentityId: guest, Logins });
      expect(merged.IdentityId).toBe(known);

      const list = async (HideDisabled: boolean) => {
        const page = await cognito.listIdentities({ IdentityPoolId, MaxResults: 60, HideDisabled });
        return page.Identities?.map(({ IdentityId }) => IdentityId);
      };
      expect(await list(false)).toEqual(expect.arrayContaining([known, guest]));
      expect(await list(true)).toContain(known);
      expect(await list(true)).not.toContain(guest);
    });

    it('is deleted, and comes back as another', async () => {
      const Logins = await login('short-lived');
      const { IdentityId = '' } = await app.getId({ IdentityPoolId, Logins });
      expect(await body(cognito.deleteIdentities({ IdentityIdsToDelete: [IdentityId] }))).toEqual({
        UnprocessedIdentityIds: [],
      });
      await expect(cognito.describeIdentity({ IdentityId })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
      expect((await app.getId({ IdentityPoolId, Logins })).IdentityId).not.toBe(IdentityId);
    });
  });

  describe('users of the app’s own backend', () => {
    it('get a token that opens the enhanced flow', async () => {
      const answer = await cognito.getOpenIdTokenForDeveloperIdentity({
        IdentityPoolId,
        Logins: { [developerProvider]: 'user-1' },
        PrincipalTags: { team: 'games' },
        TokenDuration: 60,
      });
      const { IdentityId = '', Token = '' } = answer;
      const claims = decodeJwt(Token);
      expect(claims['https://aws.amazon.com/tags']).toEqual({ principal_tags: { team: ['games'] } });
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60);
      const { Token: plain = '' } = await developerToken('user-1');
      const Logins = { 'cognito-identity.amazonaws.com': plain };
      expect(await app.getCredentialsForIdentity({ IdentityId, Logins })).toMatchObject({ IdentityId });
    });

    it('are looked up by either side, merged and unlinked', async () => {
      const { IdentityId: source = '' } = await developerToken('user-2');
      const { IdentityId: destination = '' } = await developerToken('user-3');
      const merged = await cognito.mergeDeveloperIdentities({
        IdentityPoolId,
        DeveloperProviderName: developerProvider,
        SourceUserIdentifier: 'user-2',
        DestinationUserIdentifier: 'user-3',
      });
      expect(merged.IdentityId).toBe(destination);
      expect(merged.IdentityId).not.toBe(source);

      const lookup = { IdentityPoolId, MaxResults: 10 };
      const users = { IdentityId: destination, DeveloperUserIdentifierList: ['user-2', 'user-3'] };
      expect(await body(cognito.lookupDeveloperIdentity({ ...lookup, IdentityId: destination }))).toEqual(
        users,
      );
      expect(
        await body(cognito.lookupDeveloperIdentity({ ...lookup, DeveloperUserIdentifier: 'user-2' })),
      ).toEqual(users);

      const unlinked = {
        IdentityPoolId,
        IdentityId: destination,
        DeveloperProviderName: developerProvider,
        DeveloperUserIdentifier: 'user-2',
      };
      expect(await body(cognito.unlinkDeveloperIdentity(unlinked))).toEqual({});
      const left = await cognito.lookupDeveloperIdentity({ ...lookup, IdentityId: destination });
      expect(left.DeveloperUserIdentifierList).toEqual(['user-3']);
    });
  });

  it('serves every operation of the model, as the compatibility page says', () => {
    expect(served(service.calls, 'cognito-identity')).toEqual(modelledOperations(sdk));
    checkAnswers('cognito-identity', service.calls);
  });
});
