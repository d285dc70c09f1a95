import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guestScopeDown } from '../access/guest-scope-down.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { PoolDocument } from '../store/documents.ts';
import { developerToken } from './developer.ts';
import { credentialsForIdentity, type Exchange, federate } from './exchange.ts';
import { openFederation, type TestFederation, trusting } from './testing/federation.ts';

let services: TestFederation;
let pool: PoolDocument;
let poolId: PoolId;
let number = 0;

beforeAll(async () => {
  services = await openFederation();
});

afterAll(() => services.close());

beforeEach(async () => {
  number++;
  pool = await services.addPool();
  ({ poolId } = pool);
});

const role = (
  name: string,
  ...rest: Parameters<TestFederation['addRole']> extends [string, ...infer R] ? R : never
) => services.addRole(`${name}${number}`, ...rest);

const enter = async (
  claims: Record<string, unknown> | undefined = undefined,
  changes: { identityId?: IdentityId; customRoleArn?: string } = {},
) =>
  federate(services, {
    poolId,
    identityId: changes.identityId,
    logins:
      claims === undefined ? {} : { 'login.example.test': await services.issuers.example.token(claims) },
    customRoleArn: changes.customRoleArn,
  });

async function sessionOf({ credentials }: Exchange) {
  const opened = await services.credentials.open(credentials.accessKeyId, credentials.sessionToken);
  if (opened?.session.kind !== 'session') throw new Error('the credentials are none of a role');
  return opened.session;
}

const identities = () => services.store.findIdentities({ poolId, limit: 100 });

const taggable = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'];

const misconfigured = {
  code: 'InvalidIdentityPoolConfigurationException',
  message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
};

describe('the exchange', () => {
  it('gives a session of the role, bound to the identity', async () => {
    const authenticated = await role('Player', trusting(poolId, { amr: 'authenticated' }));
    await services.changePool({ poolId, roles: { authenticated } });
    const exchange = await enter({ sub: 'ada' });
    expect(await sessionOf(exchange)).toEqual({
      kind: 'session',
      accessKeyId: exchange.credentials.accessKeyId,
      arn: `arn:aws:sts::000000000000:assumed-role/Player${number}/CognitoIdentityCredentials`,
      userId: `AROAPLAYER${number}:CognitoIdentityCredentials`,
      account: '000000000000',
      roleArn: authenticated,
      roleName: `Player${number}`,
      sessionName: 'CognitoIdentityCredentials',
      issuedAt: services.clock.now(),
      expiresAt: services.clock.now() + 3_600_000,
      tags: {},
      federation: {
        provider: 'cognito-identity.amazonaws.com',
        audience: poolId,
        subject: exchange.identityId,
        amr: [
          'authenticated',
          'login.example.test',
          'arn:aws:iam::000000000000:oidc-provider/login.example.test:OIDC:ada',
        ],
      },
      identityId: exchange.identityId,
      poolId,
    });
    expect(services.seenIdentities).toContain(exchange.identityId);
  });

  it.each([
    { setting: undefined, most: 3600, lifetime: 3600 },
    { setting: undefined, most: 43_200, lifetime: 3600 },
    { setting: 43_200, most: 43_200, lifetime: 43_200 },
    { setting: 43_200, most: 7200, lifetime: 7200 },
    { setting: 900, most: 3600, lifetime: 900 },
  ])(
    'lasts $lifetime s where the pool says $setting and the role at most $most',
    async ({ setting, most, lifetime }) => {
      const authenticated = await role('Long', trusting(poolId), { maxSessionDuration: most });
      const settings = setting === undefined ? {} : { credentialLifetime: setting };
      await services.changePool({ poolId, roles: { authenticated }, settings });
      const { credentials } = await enter({ sub: 'ada' });
      expect(credentials.expiration.getTime() - services.clock.now()).toBe(lifetime * 1000);
    },
  );

  it.each([
    { setting: undefined, expected: { sessionPolicyArns: [...guestScopeDown.keys()] } },
    { setting: 'aws' as const, expected: { sessionPolicyArns: [...guestScopeDown.keys()] } },
    { setting: 'none' as const, expected: {} },
    { setting: { policy: '{"Statement":[]}' }, expected: { sessionPolicy: '{"Statement":[]}' } },
  ])('scopes guests down by $setting, and nobody else', async ({ setting, expected }) => {
    const both = await role('Both', trusting(poolId));
    await services.changePool({
      poolId,
      roles: { authenticated: both, unauthenticated: both },
      settings: setting === undefined ? {} : { guestScopeDown: setting },
    });
    const policies = async (exchange: Exchange) => {
      const { sessionPolicy, sessionPolicyArns } = await sessionOf(exchange);
      return { ...(sessionPolicy && { sessionPolicy }), ...(sessionPolicyArns && { sessionPolicyArns }) };
    };
    expect(await policies(await enter())).toEqual(expected);
    expect(await policies(await enter({ sub: 'ada' }))).toEqual({});
  });

  it('tags the session only where the role lets sessions be tagged', async () => {
    const tagged = { 'login.example.test': { useDefaults: true, tags: {} } };
    const untaggable = await role('Untaggable', trusting(poolId));
    const tagging = await role('Taggable', trusting(poolId, { action: taggable }));
    await services.changePool({ poolId, roles: { authenticated: untaggable }, principalTags: tagged });
    await expect(enter({ sub: 'ada' })).rejects.toMatchObject(misconfigured);
    await services.changePool({ poolId, roles: { authenticated: tagging } });
    expect((await sessionOf(await enter({ sub: 'ada' }))).tags).toEqual({ client: 'game', username: 'ada' });
  });

  it('refuses tags that no session can carry', async () => {
    const authenticated = await role('Tagged', trusting(poolId, { action: taggable }));
    const names = Array.from({ length: 20 }, (_, n) => `claim${n}`);
    const tags = Object.fromEntries(names.map((name) => [name, name]));
    await services.changePool({
      poolId,
      roles: { authenticated },
      principalTags: { 'login.example.test': { useDefaults: false, tags } },
    });
    const claims = (length: number) => Object.fromEntries(names.map((name) => [name, 'x'.repeat(length)]));
    await enter({ sub: 'ada', ...claims(190) });
    await expect(enter({ sub: 'ada', ...claims(250) })).rejects.toMatchObject(misconfigured);
  });

  it.each<{ name: string; trust: (id: PoolId) => object }>([
    { name: 'trusts another pool', trust: () => trusting('us-east-1:0' as PoolId) },
    { name: 'trusts guests only', trust: (id) => trusting(id, { amr: 'unauthenticated' }) },
    { name: 'allows sts:AssumeRole instead', trust: (id) => trusting(id, { action: ['sts:AssumeRole'] }) },
    {
      name: 'trusts another principal',
      trust: (id) => ({ ...trusting(id), Principal: { Federated: 'accounts.google.com' } }),
    },
    {
      name: 'trusts one identity only',
      trust: () => ({
        Effect: 'Allow',
        Principal: { Federated: 'cognito-identity.amazonaws.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'cognito-identity.amazonaws.com:sub': 'us-east-1:0' } },
      }),
    },
  ])('refuses a role that $name, and leaves no trace', async ({ trust }) => {
    const authenticated = await role('Wrong', trust(poolId));
    await services.changePool({ poolId, roles: { authenticated } });
    await expect(enter({ sub: 'ada' })).rejects.toMatchObject(misconfigured);
    expect(await identities()).toEqual([]);
  });

  it.each([
    { name: 'the role is missing', roles: { unauthenticated: 'arn:aws:iam::000000000000:role/Missing' } },
    {
      name: 'the role is another account’s',
      roles: { unauthenticated: 'arn:aws:iam::111111111111:role/Player1' },
    },
    { name: 'the pool has none', roles: {} },
  ])('makes no guest when $name', async ({ roles }) => {
    await services.changePool({ poolId, roles });
    await expect(enter()).rejects.toMatchObject(misconfigured);
    expect(await identities()).toEqual([]);
  });

  it('merges nothing when the outcome could not be used', async () => {
    await services.changePool({ poolId, roles: { authenticated: await role('Ok', trusting(poolId)) } });
    const ada = await enter({ sub: 'ada' });
    const logins = { 'accounts.google.com': await services.issuers.google.token({ sub: 'ada' }) };
    const google = await federate(services, {
      poolId,
      identityId: undefined,
      logins,
      customRoleArn: undefined,
    });
    const before = await identities();
    await services.changePool({ poolId, roles: {} });
    const both = { ...logins, 'login.example.test': await services.issuers.example.token({ sub: 'ada' }) };
    for (const identityId of [undefined, ada.identityId, google.identityId]) {
      await expect(
        federate(services, { poolId, identityId, logins: both, customRoleArn: undefined }),
      ).rejects.toMatchObject(misconfigured);
    }
    expect(await identities()).toEqual(before);
  });

  it('knows an identity only in its own pool', async () => {
    const roles = {
      authenticated: await role('Ok', trusting(poolId)),
      unauthenticated: await role('Guest', trusting(poolId)),
    };
    await services.changePool({ poolId, roles });
    const { identityId } = await enter();
    const other = await services.addPool({ roles });
    await expect(
      federate(services, { poolId: other.poolId, identityId, logins: {}, customRoleArn: undefined }),
    ).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: `Identity '${identityId}' not found.`,
    });
  });

  it('takes a developer’s token with its tags', async () => {
    const authenticated = await role('Dev', trusting(poolId, { action: taggable, amr: 'authenticated' }));
    await services.changePool({ poolId, roles: { authenticated } });
    const { identityId, token } = await developerToken(services, {
      poolId,
      identityId: undefined,
      logins: { 'login.my.backend': 'ada' },
      principalTags: { team: 'red' },
      lifetime: undefined,
    });
    const logins = { 'cognito-identity.amazonaws.com': token };
    const exchange = await credentialsForIdentity(services, { identityId, logins, customRoleArn: undefined });
    expect(exchange.identityId).toBe(identityId);
    const session = await sessionOf(exchange);
    expect(session.tags).toEqual({ team: 'red' });
    expect(session.federation?.amr).toEqual([
      'authenticated',
      'login.my.backend',
      `login.my.backend:${poolId}:ada`,
    ]);
    expect(session.sessionPolicyArns).toBeUndefined();
  });
});
