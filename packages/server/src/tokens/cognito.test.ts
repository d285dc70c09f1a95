import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerSideTokenCheck } from './cognito.ts';
import { pool, TestClock, TestIssuer } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example';
const clock = new TestClock();
const client = (clientId: string, serverSideTokenCheck = false) => ({
  providerName: key,
  clientId,
  serverSideTokenCheck,
});
const providers = pool({ cognitoIdentityProviders: [client('web'), client('ios')] });
const checked = pool({ cognitoIdentityProviders: [client('web', true)] });
const notAuthorized = (message: string) => ({ code: 'NotAuthorizedException', message });

let userPool: TestIssuer;

beforeAll(async () => {
  userPool = await TestIssuer.start(key, clock);
  userPool.publishAt('/.well-known/jwks.json');
});

afterAll(() => userPool.close());

async function verify(claims: object, to = providers, serverSideTokenCheck?: ServerSideTokenCheck) {
  const verifier = createTokenVerifier({
    clock,
    overrides: userPool.overrides,
    ...(serverSideTokenCheck ? { serverSideTokenCheck } : {}),
  });
  try {
    return await verifier.verify(key, await userPool.token({ aud: 'web', token_use: 'id', ...claims }), to);
  } finally {
    verifier.close();
  }
}

describe('an id token of a user pool', () => {
  it.each(['web', 'ios'])('proves its user for the client %s', async (aud) => {
    await expect(verify({ aud, 'cognito:groups': ['admins'] })).resolves.toMatchObject({
      provider: key,
      subject: 'alice',
      audience: aud,
      issuer: `https://${key}`,
      roleMappingKey: `${key}:${aud}`,
      amr: `${key}:CognitoSignIn:alice`,
      claims: { 'cognito:groups': ['admins'] },
    });
  });

  it.each([
    ['of another client', { aud: 'shop' }, 'Token is not from a supported provider of this identity pool.'],
    [
      'of several clients',
      { aud: ['web', 'ios'] },
      'Token is not from a supported provider of this identity pool.',
    ],
    [
      'that is an access token',
      { aud: undefined, token_use: 'access', client_id: 'web' },
      'Invalid login token. Missing a required claim: aud',
    ],
    [
      'that is an access token with an audience',
      { token_use: 'access' },
      'Invalid login token. Not a valid OpenId Connect identity token.',
    ],
    [
      'without token_use',
      { token_use: undefined },
      'Invalid login token. Not a valid OpenId Connect identity token.',
    ],
    [
      'of another user pool',
      { iss: `https://${key}2` },
      "Invalid login token. Issuer doesn't match providerName",
    ],
  ])('%s is refused', async (_name, claims, message) => {
    await expect(verify(claims)).rejects.toMatchObject(notAuthorized(message));
  });

  it('is refused for another user pool of the same identity pool', async () => {
    const other = pool({ cognitoIdentityProviders: [{ ...client('web'), providerName: `${key}2` }] });
    await expect(verify({}, other)).rejects.toMatchObject(
      notAuthorized('Token is not from a supported provider of this identity pool.'),
    );
  });
});

describe('ServerSideTokenCheck', () => {
  const refused = notAuthorized("Invalid login token. Couldn't verify signed token.");

  it('asks whether the user is still signed in', async () => {
    const asked: unknown[] = [];
    const check: ServerSideTokenCheck = async ({ providerName, subject }) => {
      asked.push([providerName, subject]);
      return true;
    };
    await expect(verify({}, checked, check)).resolves.toMatchObject({ subject: 'alice' });
    expect(asked).toEqual([[key, 'alice']]);
  });

  it('refuses a user who is not', async () => {
    await expect(verify({}, checked, async () => false)).rejects.toMatchObject(refused);
  });

  it('refuses everybody when nobody can be asked', async () => {
    await expect(verify({}, checked)).rejects.toMatchObject({
      ...refused,
      reason: expect.stringContaining('ServerSideTokenCheck'),
    });
  });

  it('refuses everybody while the user pool does not answer', async () => {
    const check = () => Promise.reject(new Error('no answer'));
    await expect(verify({}, checked, check)).rejects.toMatchObject({ code: 'ExternalServiceException' });
  });

  it('is asked for each time, also for a token that was verified before', async () => {
    const answers = [true, false];
    const verifier = createTokenVerifier({
      clock,
      overrides: userPool.overrides,
      serverSideTokenCheck: async () => answers.shift() ?? false,
    });
    const token = await userPool.token({ aud: 'web', token_use: 'id' });
    await expect(verifier.verify(key, token, checked)).resolves.toMatchObject({ subject: 'alice' });
    await expect(verifier.verify(key, token, checked)).rejects.toMatchObject(refused);
    verifier.close();
  });
});
