import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startTestProvider, startTestService } from '@daypass/server/testing';

// describe, it, expect, beforeAll and afterAll are globals, as in Jest.
describe('signing in', () => {
  let provider;
  let daypass;

  beforeAll(async () => {
    provider = await startTestProvider({ key: 'login.example.com', clientId: 'web' });
    daypass = await startTestService({
      providers: [provider],
      pools: { users: { roles: { authenticated: [], unauthenticated: [] } } },
    });
  });

  afterAll(async () => {
    await daypass.close();
    await provider.close();
  });

  async function whoIs(Logins) {
    const config = { endpoint: daypass.url, region: daypass.region };
    const cognito = new CognitoIdentityClient(config);
    const { IdentityId } = await cognito.send(
      new GetIdCommand({ IdentityPoolId: daypass.pools.users.id, Logins }),
    );
    const { Credentials } = await cognito.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    const credentials = {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretKey,
      sessionToken: Credentials.SessionToken,
    };
    const { Arn } = await new STSClient({ ...config, credentials }).send(new GetCallerIdentityCommand({}));
    return { IdentityId, Arn };
  }

  it('gives a user the same identity each time', async () => {
    const first = await whoIs({ 'login.example.com': provider.token({ sub: 'ada' }) });
    const second = await whoIs({ 'login.example.com': provider.token({ sub: 'ada' }) });
    expect(second.IdentityId).toBe(first.IdentityId);
    expect(first.Arn).toContain('assumed-role/users-authenticated/');
  });

  it('makes everybody else a guest', async () => {
    const { Arn } = await whoIs({});
    expect(Arn).toContain('assumed-role/users-unauthenticated/');
  });

  it('refuses a token that was made for another app', async () => {
    await expect(whoIs({ 'login.example.com': provider.token({ aud: 'another' }) })).rejects.toThrow(
      'Incorrect token audience',
    );
  });
});
