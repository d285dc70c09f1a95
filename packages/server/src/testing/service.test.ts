import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { STS } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestProvider, startTestService, type TestProvider } from './index.ts';

const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part[Symbol.asyncDispose]();
});

function started<Part extends AsyncDisposable>(part: Part): Part {
  running.push(part);
  return part;
}

const readAnything = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

/** A pool that knows `provider`, and an AWS client for it. */
async function startWith(provider: TestProvider) {
  const service = started(
    await startTestService({ providers: [provider], pools: { players: { roles: { unauthenticated: [] } } } }),
  );
  const client = new CognitoIdentity({ endpoint: service.url, region: service.region, maxAttempts: 1 });
  const signIn = async (token: string, loginKey = provider.key) => {
    const login = { IdentityPoolId: service.pools.players.id, Logins: { [loginKey]: token } };
    return (await client.getId(login)).IdentityId;
  };
  return { service, client, signIn };
}

describe('startTestProvider', () => {
  it.each([
    ['an OpenID Connect issuer', 'login.example.test'],
    ['an issuer with a path', 'login.example.test/tenant'],
    ['Google', 'accounts.google.com'],
    ['Apple', 'appleid.apple.com'],
    ['Facebook Limited Login', 'graph.facebook.com'],
    ['a user pool', 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example01'],
  ])('mints tokens that pools accept as those of %s', async (_, key) => {
    const provider = started(await startTestProvider({ key }));
    const { signIn } = await startWith(provider);
    const ada = await signIn(provider.token());
    expect(ada).toMatch(/^us-east-1:[0-9a-f-]{36}$/);
    expect(await signIn(provider.token())).toBe(ada);
    expect(await signIn(provider.token({ sub: 'grace' }))).not.toBe(ada);
  });

  it.each(['www.amazon.com', 'api.twitter.com', 'arn:aws:iam::000000000000:saml-provider/idp'])(
    'cannot stand for %s, whose tokens are no id tokens',
    async (key) => {
      await expect(startTestProvider({ key })).rejects.toThrow('no id tokens');
    },
  );

  it('changes claims, and leaves out those that are undefined', async () => {
    const provider = started(await startTestProvider());
    const { signIn } = await startWith(provider);
    await expect(signIn(provider.token({ exp: 1 }))).rejects.toThrow('Token expired');
    await expect(signIn(provider.token({ aud: 'another' }))).rejects.toThrow('Incorrect token audience');
    await expect(signIn(provider.token({ aud: undefined }))).rejects.toThrow('Missing a required claim: aud');
  });

  it('publishes nothing but the new key after a rotation', async () => {
    const provider = started(await startTestProvider());
    const { signIn } = await startWith(provider);
    const old = provider.token();
    const ada = await signIn(old);
    provider.rotate();
    expect(await signIn(provider.token())).toBe(ada);
    await expect(signIn(old)).rejects.toThrow("Couldn't verify signed token");
  });

  it('follows the clock of the service', async () => {
    const clock = { now: () => Date.UTC(2030, 0, 1) };
    const provider = started(await startTestProvider({ clock }));
    const service = started(await startTestService({ clock, providers: [provider], pools: { players: {} } }));
    const client = new CognitoIdentity({ endpoint: service.url, region: service.region });
    const Logins = { [provider.key]: provider.token() };
    await expect(client.getId({ IdentityPoolId: service.pools.players.id, Logins })).resolves.toBeDefined();
  });
});

describe('startTestService', () => {
  it('gives signed-in users and guests the roles of their pool', async () => {
    const provider = started(await startTestProvider());
    const { service, client } = await startWith(provider);
    const callerOf = async (Logins: Record<string, string>) => {
      const { IdentityId } = await client.getId({ IdentityPoolId: service.pools.players.id, Logins });
      const { Credentials = {} } = await client.getCredentialsForIdentity({ IdentityId, Logins });
      const { AccessKeyId = '', SecretKey = '', SessionToken = '' } = Credentials;
      const credentials = {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretKey,
        sessionToken: SessionToken,
      };
      const sts = new STS({ endpoint: service.url, region: service.region, credentials });
      return (await sts.getCallerIdentity({})).Arn;
    };
    const sessionOf = (role: string) =>
      `arn:aws:sts::000000000000:assumed-role/${role}/CognitoIdentityCredentials`;
    expect(await callerOf({ [provider.key]: provider.token() })).toBe(sessionOf('players-authenticated'));
    expect(await callerOf({})).toBe(sessionOf('players-unauthenticated'));
  });

  it('keeps pools apart in who is admitted', async () => {
    const google = started(await startTestProvider({ key: 'accounts.google.com' }));
    const own = started(await startTestProvider());
    const { url, region, pools } = started(
      await startTestService({
        providers: [google, own],
        pools: {
          everybody: { roles: { authenticated: [readAnything], unauthenticated: [] } },
          googlers: { providers: [google], settings: { DeveloperProviderName: 'login.backend' } },
        },
      }),
    );
    const client = new CognitoIdentity({ endpoint: url, region, maxAttempts: 1 });
    const getId = (IdentityPoolId: string, Logins = {}) => client.getId({ IdentityPoolId, Logins });
    const ownLogin = { [own.key]: own.token() };
    await expect(getId(pools.everybody.id, ownLogin)).resolves.toBeDefined();
    await expect(getId(pools.googlers.id, ownLogin)).rejects.toThrow('not from a supported provider');
    await expect(getId(pools.googlers.id, { [google.key]: google.token() })).resolves.toBeDefined();
    await expect(getId(pools.everybody.id)).resolves.toBeDefined();
    await expect(getId(pools.googlers.id)).rejects.toThrow('Unauthenticated access is not supported');
  });

  it('says in the words of the service what cannot be set up', async () => {
    const pools = { players: { roles: { authenticated: [{ Effect: 'Maybe' }] } } };
    await expect(startTestService({ pools })).rejects.toThrow('MalformedPolicyDocument');
  });
});
