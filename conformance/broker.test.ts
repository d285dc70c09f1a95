import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CognitoIdentityClient,
  type Credentials,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const thereAccount = '111122223333';
/** The issuer of the pools' tokens, as the foreign STS knows it. */
const poolsKey = 'pools.example.test';
const bucket = 'arn:aws:s3:::bucket';

/** A store that gives out every object; who may have which is decided before it. */
async function startStore(): Promise<Server> {
  const server = createServer((_request, response) => response.end('an object'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('a pool in front of a foreign STS, which is another Daypass', () => {
  let issuer: Issuer;
  let store: Server;
  let here: Daypass;
  let there: Daypass;
  let admin: ReturnType<typeof administrator>;
  let adminThere: ReturnType<typeof administrator>;
  let user: CognitoIdentityClient;
  let poolId: string;
  let provider: string;
  const roles = { player: '', mapped: '', guest: '' };

  beforeAll(async () => {
    issuer = await startIssuer();
    store = await startStore();
    here = await startDaypass({
      port: 0,
      logLevel: 'silent',
      publicUrl: `https://${poolsKey}`,
      providerOverrides: { [issuer.key]: issuer.url },
    });
    there = await startDaypass({
      port: 0,
      logLevel: 'silent',
      account: thereAccount,
      providerOverrides: { [poolsKey]: here.url },
      s3Backend: {
        url: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
        accessKeyId: 'store',
        secretAccessKey: 'store',
      },
    });
    admin = administrator(here);
    adminThere = administrator(there);
    user = new CognitoIdentityClient({ endpoint: here.url, region, maxAttempts: 1 });

    const issuerArn = await admin.registerIssuer(issuer.key, ['example-client']);
    poolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      AllowClassicFlow: false,
      OpenIdConnectProviderARNs: [issuerArn],
    });
    roles.player = await admin.createRole('Player', poolId, 'authenticated');
    roles.mapped = await admin.createRole('Mapped', poolId, 'authenticated');
    roles.guest = await admin.createRole('Guest', poolId, 'unauthenticated');
    await allowTags('Player');
    await allowTags('Mapped');
    await admin.cognito.setIdentityPoolRoles({
      IdentityPoolId: poolId,
      Roles: { authenticated: roles.player, unauthenticated: roles.guest },
      RoleMappings: {
        [issuerArn]: {
          Type: 'Rules',
          AmbiguousRoleResolution: 'AuthenticatedRole',
          RulesConfiguration: {
            Rules: [{ Claim: 'level', MatchType: 'Equals', Value: 'embedded', RoleARN: roles.mapped }],
          },
        },
      },
    });
    await admin.cognito.setPrincipalTagAttributeMap({
      IdentityPoolId: poolId,
      IdentityProviderName: issuerArn,
      UseDefaults: false,
      PrincipalTags: { team: 'team' },
    });

    provider = await adminThere.registerIssuer(poolsKey, [poolId]);
    await foreignRole('Teams', ['${aws:PrincipalTag/team}/*', `\${${poolsKey}:sub}/*`]);
    await foreignRole('Everything', ['*']);
    await foreignRole('Guests', ['public/*']);
  });

  afterAll(async () => {
    await here.close();
    await there.close();
    await issuer.close();
    store.close();
  });

  /** Lets sessions of a role here carry tags. */
  async function allowTags(RoleName: string): Promise<void> {
    const { Role } = await admin.iam.getRole({ RoleName });
    const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''));
    trust.Statement[0].Action = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'];
    await admin.iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: JSON.stringify(trust) });
  }

  function foreignTrust(actions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession']): string {
    return JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: actions,
        Condition: { StringEquals: { [`${poolsKey}:aud`]: poolId } },
      },
    });
  }

  async function foreignRole(RoleName: string, keys: readonly string[]): Promise<void> {
    await adminThere.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: foreignTrust() }));
    const Resource = keys.map((key) => `${bucket}/${key}`);
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource }],
    });
    await adminThere.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'rights', PolicyDocument }));
  }

  const foreignArn = (name: string) => `arn:aws:iam::${thereAccount}:role/${name}`;

  /** Brokers the players' role, with these changes, and the guests' one. */
  function broker(changes: object = {}, more: object = {}): Promise<unknown> {
    const player = { Endpoint: there.url, RoleArn: foreignArn('Teams'), ...changes };
    const guest = { Endpoint: there.url, RoleArn: foreignArn('Guests') };
    const Brokers = { [roles.player]: player, [roles.guest]: guest };
    return callDaypass(here, 'SetPoolSettings', { IdentityPoolId: poolId, Settings: { Brokers, ...more } });
  }

  async function enter(claims: Record<string, unknown> | undefined) {
    const Logins = claims && { [issuer.key]: await issuer.token(claims) };
    const { IdentityId = '' } = await user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins }));
    const { Credentials } = await user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    return { identityId: IdentityId, credentials: credentialsOf(Credentials) };
  }

  function credentialsOf({ AccessKeyId = '', SecretKey = '', SessionToken = '' }: Credentials = {}) {
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken };
  }

  type Keys = ReturnType<typeof credentialsOf>;

  const whoIs = async (credentials: Keys, at: Daypass) =>
    (
      await new STSClient({ endpoint: at.url, region, credentials, maxAttempts: 1 }).send(
        new GetCallerIdentityCommand({}),
      )
    ).Arn;

  /** What the store there says to a request for an object. */
  async function read(credentials: Keys, Key: string): Promise<string> {
    const s3 = new S3Client({
      endpoint: there.url,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
      return (await Body?.transformToString()) ?? '';
    } catch (error) {
      return error instanceof Error ? error.name : String(error);
    }
  }

  /** The words behind a refusal, which its caller was not told. */
  async function reasonOf(call: Promise<unknown>): Promise<{ code: string; reason: string }> {
    const error = await call.then(() => undefined).catch((error: unknown) => error);
    if (!(error instanceof Error && '$metadata' in error)) throw error ?? new Error('not refused');
    const { requestId } = error.$metadata as { requestId: string };
    const answer = await callDaypass(here, 'ExplainFederation', { RequestId: requestId });
    return { code: error.name, reason: String((answer.Refusal as { Reason: string }).Reason) };
  }

  it('hands out its credentials, which hold there and not here', async () => {
    await broker();
    const { credentials } = await enter({ sub: 'ada', team: 'red' });
    expect(await whoIs(credentials, there)).toBe(
      `arn:aws:sts::${thereAccount}:assumed-role/Teams/CognitoIdentityCredentials`,
    );
    expect((await refusal(whoIs(credentials, here))).name).toBe('InvalidClientTokenId');
  });

  it('names sessions after the identity on demand', async () => {
    await broker({ SessionName: 'IDENTITY' });
    const { credentials, identityId } = await enter({ sub: 'ada', team: 'red' });
    expect(await whoIs(credentials, there)).toMatch(`/Teams/${identityId.replace(':', '-')}`);
  });

  it('passes the identity and its tags on, by which the role there decides', async () => {
    await broker();
    const { credentials, identityId } = await enter({ sub: 'ada', team: 'red' });
    expect(await read(credentials, 'red/score')).toBe('an object');
    expect(await read(credentials, 'blue/score')).toBe('AccessDenied');
    expect(await read(credentials, `${identityId}/score`)).toBe('an object');
  });

  it('narrows sessions to the identity where the role there does not', async () => {
    const SessionPolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: [
          `${bucket}/\${cognito-identity.amazonaws.com:sub}/*`,
          `${bucket}/\${aws:PrincipalTag/team}/*`,
        ],
      },
    });
    await broker({ RoleArn: foreignArn('Everything'), SessionPolicy });
    const ada = await enter({ sub: 'ada', team: 'red' });
    const bob = await enter({ sub: 'bob', team: 'blue' });
    expect(await read(ada.credentials, `${ada.identityId}/score`)).toBe('an object');
    expect(await read(ada.credentials, `${bob.identityId}/score`)).toBe('AccessDenied');
    expect(await read(ada.credentials, 'red/score')).toBe('an object');
    expect(await read(ada.credentials, 'blue/score')).toBe('AccessDenied');
  });

  it('lets guests in with what guests may do at most', async () => {
    await broker();
    const { credentials } = await enter(undefined);
    expect(await whoIs(credentials, there)).toContain(':assumed-role/Guests/');
    expect(await read(credentials, 'public/score')).toBe('an object');
    expect(await read(credentials, 'red/score')).toBe('AccessDenied');
  });

  it('lets guests do nothing that their scope-down leaves out', async () => {
    const GuestPolicy = JSON.stringify({
      Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: `${bucket}/public/news` },
    });
    await broker({}, { GuestScopeDown: 'POLICY', GuestPolicy });
    const { credentials } = await enter(undefined);
    expect(await read(credentials, 'public/news')).toBe('an object');
    expect(await read(credentials, 'public/score')).toBe('AccessDenied');
  });

  it('gives them in one round trip too', async () => {
    await broker();
    const Logins = { [issuer.key]: await issuer.token({ sub: 'ada', team: 'red' }) };
    const response = await fetch(`${here.url}/_daypass/federate`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ IdentityPoolId: poolId, Logins }),
    });
    const { Credentials }: { Credentials: Credentials } = JSON.parse(await response.text());
    expect(await whoIs(credentialsOf(Credentials), there)).toContain(':assumed-role/Teams/');
  });

  it('has roles of its own beside brokered ones', async () => {
    await broker();
    const { credentials } = await enter({ sub: 'carol', level: 'embedded' });
    expect(await whoIs(credentials, here)).toContain(':assumed-role/Mapped/');
    expect((await refusal(whoIs(credentials, there))).name).toBe('InvalidClientTokenId');
  });

  it('says to the operator alone why the foreign STS refused', async () => {
    await broker({ Cache: false });
    const RoleName = 'Teams';
    const PolicyDocument = foreignTrust(['sts:AssumeRoleWithWebIdentity']);
    await adminThere.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    expect(await reasonOf(enter({ sub: 'ada', team: 'red' }))).toEqual({
      code: 'InvalidIdentityPoolConfigurationException',
      reason: `the STS at ${new URL(there.url).host}: it answered 403 AccessDenied Not authorized to perform sts:TagSession`,
    });
    await adminThere.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: foreignTrust() }),
    );
    await enter({ sub: 'ada', team: 'red' });
  });

  it('brokers nothing while its users could get tokens for the foreign STS themselves', async () => {
    await broker();
    const pool = await admin.cognito.describeIdentityPool({ IdentityPoolId: poolId });
    await admin.cognito.updateIdentityPool({ ...pool, AllowClassicFlow: true });
    const { code, reason } = await reasonOf(enter({ sub: 'ada', team: 'red' }));
    expect(code).toBe('InvalidIdentityPoolConfigurationException');
    expect(reason).toContain('set AllowClassicFlow to false');
    await admin.cognito.updateIdentityPool(pool);
    await enter({ sub: 'ada', team: 'red' });
  });

  it.each([
    ['Throttling', 400, 'TooManyRequestsException', 'Rate exceeded'],
    [
      'ServiceUnavailable',
      503,
      'ExternalServiceException',
      'The security token service of the role is unavailable.',
    ],
  ])('passes %s on in the words of AWS', async (code, status, name, message) => {
    const trouble = createServer((_request, response) => {
      response.writeHead(status).end(`<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`);
    });
    await new Promise<void>((resolve) => trouble.listen(0, '127.0.0.1', resolve));
    await broker({ Endpoint: `http://127.0.0.1:${(trouble.address() as AddressInfo).port}` });
    expect(await refusal(enter({ sub: 'ada', team: 'red' }))).toEqual({ name, message });
    await new Promise((resolve) => {
      trouble.closeAllConnections();
      trouble.close(resolve);
    });
  });

  it.each([
    [{ Endpoint: 'http://sts.example.test' }, /https URL/],
    [{ Endpoint: 'https://key:secret@sts.example.test' }, /https URL/],
    [{ Endpoint: 'sts' }, /https URL/],
    [{ SessionPolicy: '{' }, /SessionPolicy: /],
    [
      {
        SessionPolicy: `{"Statement":{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b/\${aws:userid}"}}`,
      },
      /filled in/,
    ],
  ])('refuses the setting %j', async (changes, message) => {
    const { name, message: text } = await refusal(broker(changes));
    expect(name).toMatch(/InvalidParameterException$/);
    expect(text).toMatch(message);
  });

  it('shows the settings as they hold', async () => {
    await broker({ SessionName: 'IDENTITY', Cache: false });
    const { Settings } = await callDaypass(here, 'GetPoolSettings', { IdentityPoolId: poolId });
    expect(Settings).toMatchObject({
      Brokers: {
        [roles.player]: {
          Endpoint: `${there.url}/`,
          RoleArn: foreignArn('Teams'),
          SessionName: 'IDENTITY',
          Cache: false,
        },
        [roles.guest]: { SessionName: 'CONSTANT', Cache: true },
      },
    });
  });

  it('is refused once the provider is taken away there', async () => {
    await broker({ Cache: false });
    await adminThere.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: provider }));
    expect(await reasonOf(enter({ sub: 'ada', team: 'red' }))).toEqual({
      code: 'InvalidIdentityPoolConfigurationException',
      reason: expect.stringContaining(
        'InvalidIdentityToken No OpenIDConnect provider found in your account for https://pools.example.test',
      ),
    });
  });

  it('has credentials of its own again when the settings are taken away', async () => {
    await callDaypass(here, 'SetPoolSettings', { IdentityPoolId: poolId, Settings: {} });
    const { credentials } = await enter({ sub: 'ada', team: 'red' });
    expect(await whoIs(credentials, here)).toContain(':assumed-role/Player/');
  });
});
