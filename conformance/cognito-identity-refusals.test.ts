import { CognitoIdentity, type CreateIdentityPoolCommandInput } from '@aws-sdk/client-cognito-identity';
import { IAM } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAnswers } from './compatibility/check.ts';
import { type RecordedService, startRecordedService } from './compatibility/service.ts';
import { account, administrator, refusal, region } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

describe('Amazon Cognito Identity refuses through the AWS SDK', () => {
  let service: RecordedService;
  let issuer: Issuer;
  let admin: ReturnType<typeof administrator>;
  let cognito: CognitoIdentity;
  let app: CognitoIdentity;
  let pool: Partial<CreateIdentityPoolCommandInput>;
  let IdentityPoolId: string;
  const developerProvider = 'login.backend.example';
  const absentPool = `${region}:00000000-0000-4000-8000-000000000000`;
  const absentRole = `arn:aws:iam::${account}:role/Absent`;

  const client = (more: object) =>
    new CognitoIdentity({ endpoint: service.url, region, maxAttempts: 1, ...more });

  beforeAll(async () => {
    issuer = await startIssuer();
    service = await startRecordedService({
      providerOverrides: { [issuer.key]: issuer.url, 'down.example.test': 'http://127.0.0.1:9' },
    });
    admin = administrator(service);
    cognito = client({ credentials: service.rootCredentials });
    app = client({});
    pool = {
      AllowUnauthenticatedIdentities: true,
      DeveloperProviderName: developerProvider,
      OpenIdConnectProviderARNs: [
        await admin.registerIssuer(issuer.key, ['example-client']),
        await admin.registerIssuer('down.example.test', ['example-client']),
      ],
    };
    IdentityPoolId = await admin.createPool(pool);
    await admin.setRoles(IdentityPoolId, {
      authenticated: await admin.createRole('Player', IdentityPoolId, 'authenticated'),
      unauthenticated: await admin.createRole('Guest', IdentityPoolId, 'unauthenticated'),
    });
  });

  afterAll(async () => {
    await service.close();
    await issuer.close();
  });

  const login = async (claims = {}) => ({ [issuer.key]: await issuer.token(claims) });
  const newGuest = async () => (await app.getId({ IdentityPoolId })).IdentityId ?? '';
  const developerToken = (user: string, IdentityId?: string) =>
    cognito.getOpenIdTokenForDeveloperIdentity({
      IdentityPoolId,
      IdentityId,
      Logins: { [developerProvider]: user },
    });
  const poolToken = async () => {
    const { IdentityId = '', Token = '' } = await developerToken('token');
    return { IdentityId, Logins: { 'cognito-identity.amazonaws.com': Token } };
  };

  /** A pool that maps the roles of its login by rules of which none matches. */
  async function mappedPool(): Promise<string> {
    const id = await admin.createPool(pool);
    const [provider = ''] = pool.OpenIdConnectProviderARNs ?? [];
    await cognito.setIdentityPoolRoles({
      IdentityPoolId: id,
      Roles: {},
      RoleMappings: {
        [provider]: {
          Type: 'Rules',
          AmbiguousRoleResolution: 'Deny',
          RulesConfiguration: {
            Rules: [{ Claim: 'team', MatchType: 'Equals', Value: 'red', RoleARN: absentRole }],
          },
        },
      },
    });
    return id;
  }

  type Case = readonly [
    name: string,
    attempt: () => Promise<unknown>,
    code: string,
    message: string | RegExp,
  ];

  const refuses = (cases: readonly Case[]) =>
    it.each(cases)('%s', async (_, attempt, name, message) => {
      expect(await refusal(attempt())).toEqual({
        name,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      });
    });

  describe('logins', () => {
    refuses([
      [
        'a role that the pool does not offer',
        async () => {
          const Logins = await login();
          const { IdentityId } = await app.getId({ IdentityPoolId, Logins });
          await app.getCredentialsForIdentity({ IdentityId, Logins, CustomRoleArn: absentRole });
        },
        'NotAuthorizedException',
        `Access to Role '${absentRole}' is forbidden.`,
      ],
      [
        'whom no rule gives a role',
        async () => {
          const Logins = await login();
          const { IdentityId } = await app.getId({ IdentityPoolId: await mappedPool(), Logins });
          await app.getCredentialsForIdentity({ IdentityId, Logins });
        },
        'NotAuthorizedException',
        /^The ambiguous role mapping rules for: \S+ denied this request\.$/,
      ],
      [
        'a token of the pool where only other providers’ are taken',
        async () => app.getId({ IdentityPoolId, Logins: (await poolToken()).Logins }),
        'NotAuthorizedException',
        "Invalid login token. Can't pass in a Cognito token.",
      ],
      [
        'another token in the place of the pool’s own',
        async () => {
          const { IdentityId } = await poolToken();
          const Logins = { 'cognito-identity.amazonaws.com': await issuer.token() };
          await app.getCredentialsForIdentity({ IdentityId, Logins });
        },
        'NotAuthorizedException',
        'Invalid login token. Not a Cognito token.',
      ],
      [
        'the developer provider as if it were a public one',
        () => app.getId({ IdentityPoolId, Logins: { [developerProvider]: 'user' } }),
        'InvalidParameterException',
        'Please provide a valid public provider',
      ],
      [
        'a token whose provider cannot be reached',
        async () =>
          app.getId({
            IdentityPoolId,
            Logins: { 'down.example.test': await issuer.token({ iss: 'https://down.example.test' }) },
          }),
        'ExternalServiceException',
        "Couldn't retrieve verification key from the identity provider.",
      ],
    ]);
  });

  describe('the basic flow', () => {
    refuses([
      [
        'where it is switched off',
        async () => {
          const id = await admin.createPool({ ...pool, AllowClassicFlow: false });
          const { IdentityId } = await app.getId({ IdentityPoolId: id });
          await app.getOpenIdToken({ IdentityId });
        },
        'InvalidParameterException',
        'Basic (classic) flow is not enabled, please use enhanced flow.',
      ],
      [
        'where roles are mapped',
        async () => {
          const { IdentityId } = await app.getId({ IdentityPoolId: await mappedPool() });
          await app.getOpenIdToken({ IdentityId });
        },
        'InvalidParameterException',
        'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
      ],
    ]);
  });

  describe('developers’', () => {
    refuses([
      [
        'unknown provider',
        () =>
          cognito.getOpenIdTokenForDeveloperIdentity({
            IdentityPoolId,
            Logins: { 'login.other.example': 'user' },
          }),
        'InvalidParameterException',
        'This identity pool does not support the specified developer provider',
      ],
      [
        'user who belongs to another identity',
        async () => {
          await developerToken('taken');
          await developerToken('taken', await newGuest());
        },
        'DeveloperUserAlreadyRegisteredException',
        'The provided developer user identifier is already registered with another identity.',
      ],
      [
        'lookup of sides that do not belong together',
        async () => {
          await developerToken('looked-up');
          await cognito.lookupDeveloperIdentity({
            IdentityPoolId,
            IdentityId: await newGuest(),
            DeveloperUserIdentifier: 'looked-up',
          });
        },
        'ResourceConflictException',
        'The identity and the developer user do not belong together.',
      ],
    ]);
  });

  describe('pools', () => {
    refuses([
      [
        'with a public provider that is none',
        () => admin.createPool({ ...pool, SupportedLoginProviders: { 'login.example.test': 'client' } }),
        'InvalidParameterException',
        'Please provide a valid public provider',
      ],
      [
        'with a user pool that is none',
        () =>
          admin.createPool({ ...pool, CognitoIdentityProviders: [{ ProviderName: 'us-east-1_Example01' }] }),
        'InvalidParameterException',
        'Invalid Cognito Identity Provider',
      ],
      [
        'that map roles of a provider they do not have',
        () =>
          cognito.setIdentityPoolRoles({
            IdentityPoolId,
            Roles: {},
            RoleMappings: { 'accounts.google.com': { Type: 'Token', AmbiguousRoleResolution: 'Deny' } },
          }),
        'InvalidParameterException',
        '(accounts.google.com) is not a valid RoleMapping ProviderName or is not a configured provider.',
      ],
      [
        'whose developer provider is changed',
        () =>
          cognito.updateIdentityPool({
            IdentityPoolId,
            IdentityPoolName: 'test',
            AllowUnauthenticatedIdentities: true,
            DeveloperProviderName: 'login.other.example',
          }),
        'InvalidParameterException',
        'The developer provider name of an identity pool cannot be changed once it is set.',
      ],
      [
        'that are not there',
        () => cognito.describeIdentityPool({ IdentityPoolId: absentPool }),
        'ResourceNotFoundException',
        `IdentityPool '${absentPool}' not found.`,
      ],
      [
        'whose names break the model’s rules',
        () =>
          cognito.createIdentityPool({
            IdentityPoolName: '<pool>',
            AllowUnauthenticatedIdentities: undefined,
          }),
        'ValidationException',
        "2 validation errors detected: Value '<pool>' at 'identityPoolName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+; Value null at 'allowUnauthenticatedIdentities' failed to satisfy constraint: Member must not be null",
      ],
    ]);
  });

  describe('callers', () => {
    const list = (credentials: object, more = {}) =>
      client({ credentials, ...more }).listIdentityPools({ MaxResults: 1 });

    refuses([
      [
        'whose policies do not allow the action',
        async () => {
          const iam = new IAM({ endpoint: service.url, region, credentials: service.rootCredentials });
          await iam.createUser({ UserName: 'nobody' });
          const { AccessKey } = await iam.createAccessKey({ UserName: 'nobody' });
          const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
          await list({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
        },
        'AccessDeniedException',
        `User: arn:aws:iam::${account}:user/nobody is not authorized to perform: cognito-identity:ListIdentityPools on resource: arn:aws:cognito-identity:${region}:${account}:identitypool/ because no identity-based policy allows the cognito-identity:ListIdentityPools action`,
      ],
      [
        'with an unknown key',
        () => list({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' }),
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      ],
      [
        'with a wrong secret',
        () => list({ ...service.rootCredentials, secretAccessKey: 'wrong' }),
        'InvalidSignatureException',
        /^The request signature we calculated does not match the signature you provided\./,
      ],
    ]);
  });

  it('as the compatibility page says', () => {
    checkAnswers('cognito-identity-refusals', service.calls);
  });
});
