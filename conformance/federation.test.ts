import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  DescribeIdentityPoolCommand,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetIdentityPoolRolesCommand,
  ListIdentitiesCommand,
  ListIdentityPoolsCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAnswers } from './compatibility/check.ts';
import { type RecordedService, startRecordedService } from './compatibility/service.ts';
import { account, administrator, refusal, region } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

describe('federation through unmodified AWS clients', () => {
  let daypass: RecordedService;
  let issuer: Issuer;
  let google: Issuer;
  let stranger: Issuer;
  let admin: ReturnType<typeof administrator>;
  let user: CognitoIdentityClient;
  let poolId: string;
  let strictPoolId: string;
  let playerRole: string;

  beforeAll(async () => {
    issuer = await startIssuer();
    google = await startIssuer('accounts.google.com', 'google-client');
    stranger = await startIssuer('stranger.example.test');
    daypass = await startRecordedService({
      providerOverrides: { [issuer.key]: issuer.url, [google.key]: google.url, [stranger.key]: stranger.url },
    });
    admin = administrator(daypass);
    user = new CognitoIdentityClient({ endpoint: daypass.url, region, maxAttempts: 1 });
    const providers = {
      OpenIdConnectProviderARNs: [
        await admin.registerIssuer(issuer.key, ['example-client', 'second-client']),
      ],
      SupportedLoginProviders: { 'accounts.google.com': 'google-client' },
    };
    poolId = await admin.createPool({ ...providers, AllowUnauthenticatedIdentities: true });
    strictPoolId = await admin.createPool(providers);
    playerRole = await admin.createRole('Player', poolId, 'authenticated');
    const guestRole = await admin.createRole('Guest', poolId, 'unauthenticated');
    await admin.setRoles(poolId, { authenticated: playerRole, unauthenticated: guestRole });
  });

  afterAll(async () => {
    await daypass.close();
    await Promise.all([issuer.close(), google.close(), stranger.close()]);
  });

  const getId = (token: string, key = issuer.key, pool = poolId) =>
    user.send(new GetIdCommand({ IdentityPoolId: pool, Logins: { [key]: token } }));

  const identityCount = async () =>
    (await admin.cognito.send(new ListIdentitiesCommand({ IdentityPoolId: poolId, MaxResults: 60 })))
      .Identities?.length;

  it('shows a pool as it was made, and lists it', async () => {
    const made = await admin.cognito.send(
      new CreateIdentityPoolCommand({
        IdentityPoolName: 'A pool',
        AllowUnauthenticatedIdentities: false,
        AllowClassicFlow: true,
        DeveloperProviderName: 'login.my.backend',
        SupportedLoginProviders: { 'graph.facebook.com': '1234567890' },
        CognitoIdentityProviders: [
          {
            ProviderName: 'cognito-idp.us-east-1.amazonaws.com/us-east-1_abcDEF',
            ClientId: 'abc',
            ServerSideTokenCheck: true,
          },
        ],
        IdentityPoolTags: { team: 'games' },
      }),
    );
    const { $metadata: _, ...pool } = made;
    expect(pool).toEqual({
      IdentityPoolId: expect.stringMatching(/^us-east-1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      IdentityPoolName: 'A pool',
      AllowUnauthenticatedIdentities: false,
      AllowClassicFlow: true,
      DeveloperProviderName: 'login.my.backend',
      SupportedLoginProviders: { 'graph.facebook.com': '1234567890' },
      CognitoIdentityProviders: [
        {
          ProviderName: 'cognito-idp.us-east-1.amazonaws.com/us-east-1_abcDEF',
          ClientId: 'abc',
          ServerSideTokenCheck: true,
        },
      ],
      IdentityPoolTags: { team: 'games' },
    });
    const { $metadata: __, ...described } = await admin.cognito.send(
      new DescribeIdentityPoolCommand({ IdentityPoolId: pool.IdentityPoolId }),
    );
    expect(described).toEqual(pool);
    const { IdentityPools } = await admin.cognito.send(new ListIdentityPoolsCommand({ MaxResults: 60 }));
    expect(IdentityPools).toContainEqual({ IdentityPoolId: pool.IdentityPoolId, IdentityPoolName: 'A pool' });
  });

  it('pages through pools, each once', async () => {
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await admin.cognito.send(new ListIdentityPoolsCommand({ MaxResults: 1, NextToken }));
      expect(page.IdentityPools).toHaveLength(1);
      seen.push(...(page.IdentityPools ?? []).map(({ IdentityPoolId = '' }) => IdentityPoolId));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain(poolId);
  });

  it('remembers the roles of a pool', async () => {
    const { Roles } = await admin.cognito.send(new GetIdentityPoolRolesCommand({ IdentityPoolId: poolId }));
    expect(Roles).toEqual({
      authenticated: `arn:aws:iam::${account}:role/Player`,
      unauthenticated: `arn:aws:iam::${account}:role/Guest`,
    });
  });

  it('gives one login one identity, and another login another', async () => {
    const first = await getId(await issuer.token({ sub: 'stable' }));
    const again = await getId(await issuer.token({ sub: 'stable', jti: 'another token' }));
    const other = await getId(await issuer.token({ sub: 'somebody else' }));
    expect(again.IdentityId).toBe(first.IdentityId);
    expect(other.IdentityId).not.toBe(first.IdentityId);
  });

  it('gives 64 first sign-ins at once one identity', async () => {
    const token = await issuer.token({ sub: 'crowd' });
    const answers = await Promise.all(Array.from({ length: 64 }, () => getId(token)));
    expect(new Set(answers.map(({ IdentityId }) => IdentityId)).size).toBe(1);
  });

  it('exchanges a login for credentials of the authenticated role', async () => {
    const Logins = { [issuer.key]: await issuer.token() };
    const { IdentityId } = await user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins }));
    const answer = await user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    expect(answer.IdentityId).toBe(IdentityId);
    expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const lifetime = (answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
    expect(lifetime).toBeGreaterThan(3_590_000);
    expect(lifetime).toBeLessThanOrEqual(3_600_000);

    const { AccessKeyId = '', SecretKey = '', SessionToken = '' } = answer.Credentials ?? {};
    const sts = new STSClient({
      endpoint: daypass.url,
      region,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken },
    });
    const caller = await sts.send(new GetCallerIdentityCommand({}));
    expect(caller.Arn).toBe(`arn:aws:sts::${account}:assumed-role/Player/CognitoIdentityCredentials`);
    expect(caller.UserId).toMatch(/^AROA[A-Z2-7]{16}:CognitoIdentityCredentials$/);
    expect(caller.Account).toBe(account);
  });

  it('takes a token of Google through SupportedLoginProviders', async () => {
    const { IdentityId } = await getId(await google.token({ sub: 'google-user' }), google.key);
    expect(IdentityId).toMatch(/^us-east-1:/);
  });

  it('looks at azp before aud', async () => {
    const good = await issuer.token({ sub: 'azp', azp: 'second-client', aud: 'somebody-else' });
    expect((await getId(good)).IdentityId).toMatch(/^us-east-1:/);
    const bad = await issuer.token({ sub: 'azp', azp: 'somebody-else', aud: 'example-client' });
    expect(await refusal(getId(bad))).toMatchObject({ message: expect.stringContaining('audience') });
  });

  it('follows a provider that rotates its keys', async () => {
    const before = await getId(await issuer.token({ sub: 'rotation' }));
    await issuer.rotate();
    const after = await getId(await issuer.token({ sub: 'rotation' }));
    expect(after.IdentityId).toBe(before.IdentityId);
  });

  it('makes a new guest each time, and gives the guest role', async () => {
    const first = await user.send(new GetIdCommand({ IdentityPoolId: poolId }));
    const second = await user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins: {} }));
    expect(first.IdentityId).not.toBe(second.IdentityId);
    const { Credentials } = await user.send(
      new GetCredentialsForIdentityCommand({ IdentityId: first.IdentityId }),
    );
    expect(Credentials?.SessionToken).toBeTruthy();
  });

  it('has no guests where the pool has none', async () => {
    expect(await refusal(user.send(new GetIdCommand({ IdentityPoolId: strictPoolId })))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Unauthenticated access is not supported for this identity pool.',
    });
  });

  it('says so when the pool has no role for the identity', async () => {
    const Logins = { [issuer.key]: await issuer.token() };
    const { IdentityId } = await user.send(new GetIdCommand({ IdentityPoolId: strictPoolId, Logins }));
    expect(await refusal(user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins })))).toEqual({
      name: 'InvalidIdentityPoolConfigurationException',
      message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
    });
  });

  it('gives no credentials of a role whose trust policy does not let the identity in', async () => {
    const onlyGuests = await admin.createRole('OnlyGuests', strictPoolId, 'unauthenticated');
    const otherPool = await admin.createRole('OtherPool', poolId, 'authenticated');
    const Logins = { [issuer.key]: await issuer.token() };
    const { IdentityId } = await user.send(new GetIdCommand({ IdentityPoolId: strictPoolId, Logins }));
    for (const authenticated of [onlyGuests, otherPool]) {
      await admin.setRoles(strictPoolId, { authenticated });
      expect(
        await refusal(user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }))),
      ).toMatchObject({
        name: 'InvalidIdentityPoolConfigurationException',
      });
    }
  });

  it.each<{ name: string; token: () => Promise<string>; key?: string; message: string | RegExp }>([
    {
      name: 'an expired token',
      token: () => issuer.token({ sub: 'refused', exp: 1_563_256_680, iat: 1_563_253_080 }),
      message: /^Invalid login token\. Token expired: \d+ >= 1563256680$/,
    },
    {
      name: 'a token with a changed payload',
      token: async () => {
        const [header, payload = '', signature] = (await issuer.token({ sub: 'refused' })).split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
        const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'victim' })).toString('base64url');
        return `${header}.${changed}.${signature}`;
      },
      message: "Invalid login token. Couldn't verify signed token.",
    },
    {
      name: 'a token for another client',
      token: () => issuer.token({ sub: 'refused', aud: 'another-client' }),
      message: 'Invalid login token. Incorrect token audience.',
    },
    {
      name: 'a token of another issuer under this login key',
      token: () => stranger.token({ sub: 'refused' }),
      message: "Invalid login token. Issuer doesn't match providerName",
    },
    {
      name: 'a token of a provider that the pool does not have',
      token: () => stranger.token({ sub: 'refused' }),
      key: 'stranger.example.test',
      message: 'Token is not from a supported provider of this identity pool.',
    },
    {
      name: 'a token without audience',
      token: () => issuer.token({ sub: 'refused', aud: undefined }),
      message: 'Invalid login token. Missing a required claim: aud',
    },
    {
      name: 'something that is no token',
      token: async () => 'opaque',
      message: 'Invalid login token. Not a valid OpenId Connect identity token.',
    },
  ])('refuses $name, and makes no identity', async ({ token, key, message }) => {
    const before = await identityCount();
    expect(await refusal(getId(await token(), key))).toEqual({
      name: 'NotAuthorizedException',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    expect(await identityCount()).toBe(before);
  });

  it('refuses every login when one of them does not hold', async () => {
    const Logins = {
      [issuer.key]: await issuer.token({ sub: 'both' }),
      [google.key]: await google.token({ aud: 'x' }),
    };
    const before = await identityCount();
    expect(await refusal(user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins })))).toMatchObject({
      name: 'NotAuthorizedException',
    });
    expect(await identityCount()).toBe(before);
  });

  it('opens an identity only to its own login', async () => {
    const { IdentityId } = await getId(await issuer.token({ sub: 'owner' }));
    const thief = { [issuer.key]: await issuer.token({ sub: 'thief' }) };
    await user.send(new GetIdCommand({ IdentityPoolId: poolId, Logins: thief }));
    expect(
      await refusal(user.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins: thief }))),
    ).toEqual({
      name: 'NotAuthorizedException',
      message:
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    });
    expect(await refusal(user.send(new GetCredentialsForIdentityCommand({ IdentityId })))).toEqual({
      name: 'NotAuthorizedException',
      message: `Access to Identity '${IdentityId}' is forbidden.`,
    });
  });

  it('does not know pools and identities that are not there', async () => {
    const unknown = 'us-east-1:00000000-0000-4000-8000-000000000000';
    expect(await refusal(user.send(new GetIdCommand({ IdentityPoolId: unknown })))).toEqual({
      name: 'ResourceNotFoundException',
      message: `IdentityPool '${unknown}' not found.`,
    });
    expect(await refusal(user.send(new GetCredentialsForIdentityCommand({ IdentityId: unknown })))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Identity '${unknown}' not found.`,
    });
  });

  it('does in one round trip what GetId and GetCredentialsForIdentity do in two', async () => {
    const body = JSON.stringify({ IdentityPoolId: poolId, Logins: { [issuer.key]: await issuer.token() } });
    const asOperation = await fetch(daypass.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Daypass.Federate' },
      body,
    });
    const asSimpleRequest = await fetch(`${daypass.url}/_daypass/federate`, { method: 'POST', body });
    const { IdentityId } = await getId(await issuer.token());
    for (const response of [asOperation, asSimpleRequest]) {
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.json()).toEqual({
        IdentityId,
        Credentials: {
          AccessKeyId: expect.stringMatching(/^ASIA/),
          SecretKey: expect.any(String),
          SessionToken: expect.any(String),
          Expiration: expect.any(Number),
        },
      });
    }
  });

  it('is answered as the compatibility page says', () => {
    checkAnswers('federation', daypass.calls);
  });
});
