import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pool, TestClock, TestIssuer } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const clock = new TestClock();
const unsupported = {
  code: 'NotAuthorizedException',
  message: 'Token is not from a supported provider of this identity pool.',
};

let google: TestIssuer;
let apple: TestIssuer;

beforeAll(async () => {
  google = await TestIssuer.start('accounts.google.com', clock);
  apple = await TestIssuer.start('appleid.apple.com', clock);
  apple.publishAt('/auth/keys');
});

afterAll(() => Promise.all([google.close(), apple.close()]));

function testVerifier() {
  return createTokenVerifier({ clock, overrides: new Map([...google.overrides, ...apple.overrides]) });
}

describe('a login of Google', () => {
  const providers = pool({
    supportedLoginProviders: { 'accounts.google.com': 'game.apps.googleusercontent.com' },
  });
  const aud = 'game.apps.googleusercontent.com';

  it.each(['https://accounts.google.com', 'accounts.google.com'])('may be issued as %s', async (iss) => {
    const verifier = testVerifier();
    await expect(
      verifier.verify('accounts.google.com', await google.token({ iss, aud }), providers),
    ).resolves.toMatchObject({
      provider: 'accounts.google.com',
      subject: 'alice',
      audience: aud,
      issuer: iss,
      roleMappingKey: 'accounts.google.com',
      amr: `accounts.google.com:${aud}:alice`,
    });
    verifier.close();
  });

  it.each(['http://accounts.google.com', 'https://accounts.google.com/', 'https://google.com'])(
    'may not be issued as %s',
    async (iss) => {
      const verifier = testVerifier();
      await expect(
        verifier.verify('accounts.google.com', await google.token({ iss, aud }), providers),
      ).rejects.toMatchObject({ message: "Invalid login token. Issuer doesn't match providerName" });
      verifier.close();
    },
  );

  it('may be of the configured client, of a further one, or of one registered through IAM', async () => {
    const verifier = testVerifier();
    const arn = 'arn:aws:iam::000000000000:oidc-provider/accounts.google.com';
    const all = {
      ...providers,
      openIdConnectProviders: [
        { arn, url: 'https://accounts.google.com', clientIds: ['android'], thumbprints: [] },
      ],
      extraClientIds: { 'accounts.google.com': ['ios'] },
    };
    const loginOf = async (aud: string) =>
      verifier.verify('accounts.google.com', await google.token({ aud }), all);
    await expect(loginOf(aud)).resolves.toMatchObject({ roleMappingKey: 'accounts.google.com' });
    await expect(loginOf('ios')).resolves.toMatchObject({ roleMappingKey: 'accounts.google.com' });
    await expect(loginOf('android')).resolves.toMatchObject({
      roleMappingKey: arn,
      amr: `${arn}:OIDC:alice`,
    });
    await expect(loginOf('shop')).rejects.toMatchObject({
      message: 'Invalid login token. Incorrect token audience.',
    });
    verifier.close();
  });
});

describe('a login of Apple', () => {
  it('is proven by the keys at /auth/keys', async () => {
    const verifier = testVerifier();
    const providers = pool({ supportedLoginProviders: { 'appleid.apple.com': 'test.example.game' } });
    const token = await apple.token({ aud: 'test.example.game' });
    await expect(verifier.verify('appleid.apple.com', token, providers)).resolves.toMatchObject({
      provider: 'appleid.apple.com',
      amr: 'appleid.apple.com:test.example.game:alice',
    });
    expect(apple.server.requests).toEqual(['/auth/keys']);
    verifier.close();
  });
});

describe('a login the pool does not know', () => {
  it.each([
    'accounts.google.com',
    'graph.facebook.com',
    'www.amazon.com',
    'api.twitter.com',
    'www.digits.com',
    'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example',
    'arn:aws:iam::000000000000:saml-provider/Example',
    'login.example.test',
    'constructor',
    '__proto__',
    '',
  ])('of %j is refused without a question to anyone', async (key) => {
    const verifier = testVerifier();
    const asked = google.server.requests.length;
    await expect(verifier.verify(key, await google.token(), pool())).rejects.toMatchObject(unsupported);
    expect(google.server.requests).toHaveLength(asked);
    verifier.close();
  });

  it('is refused for a provider whose name no verifier knows, even when configured', async () => {
    const verifier = testVerifier();
    const providers = pool({ supportedLoginProviders: { 'www.digits.com': 'key;secret' } });
    await expect(verifier.verify('www.digits.com', 'a;b', providers)).rejects.toMatchObject(unsupported);
    verifier.close();
  });

  it('is refused for a registered provider under another spelling of its key', async () => {
    const verifier = testVerifier();
    const url = 'https://accounts.google.com';
    const providers = pool({
      openIdConnectProviders: [{ arn: 'arn', url, clientIds: ['game'], thumbprints: [] }],
    });
    for (const key of ['Accounts.google.com', 'accounts.google.com/', 'https://accounts.google.com']) {
      await expect(verifier.verify(key, await google.token(), providers)).rejects.toMatchObject(unsupported);
    }
    verifier.close();
  });
});

describe('the developer provider', () => {
  it('is no key for public logins', async () => {
    const verifier = testVerifier();
    const providers = pool({ developerProviderName: 'login.example.game' });
    await expect(verifier.verify('login.example.game', 'alice', providers)).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'Please provide a valid public provider',
    });
    verifier.close();
  });
});

describe('a token of our own pools', () => {
  it('is no login of another provider', async () => {
    const verifier = testVerifier();
    await expect(verifier.verify('cognito-identity.amazonaws.com', 'token', pool())).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message: "Invalid login token. Can't pass in a Cognito token.",
    });
    verifier.close();
  });
});
