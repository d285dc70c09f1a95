import { STS } from '@aws-sdk/client-sts';
import { Amplify, type ResourcesConfig } from 'aws-amplify';
import { decodeJWT, fetchAuthSession } from 'aws-amplify/auth';
import { cognitoCredentialsProvider } from 'aws-amplify/auth/cognito';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkAnswers } from './compatibility/check.ts';
import { type RecordedService, startRecordedService } from './compatibility/service.ts';
import { account, administrator, region } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

describe('aws-amplify with an identity pool and no user pool', () => {
  let service: RecordedService;
  let issuer: Issuer;
  let resources: ResourcesConfig;

  beforeAll(async () => {
    issuer = await startIssuer();
    service = await startRecordedService({ providerOverrides: { [issuer.key]: issuer.url } });
    const admin = administrator(service);
    const identityPoolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      OpenIdConnectProviderARNs: [await admin.registerIssuer(issuer.key, ['example-client'])],
    });
    await admin.setRoles(identityPoolId, {
      authenticated: await admin.createRole('Player', identityPoolId, 'authenticated'),
      unauthenticated: await admin.createRole('Guest', identityPoolId, 'unauthenticated'),
    });
    resources = {
      Auth: { Cognito: { identityPoolId, identityPoolEndpoint: service.url, allowGuestAccess: true } },
    };
  });

  afterAll(async () => {
    await service.close();
    await issuer.close();
  });

  beforeEach(() => cognitoCredentialsProvider.clearCredentialsAndIdentityId());

  function asGuest(): void {
    Amplify.configure(resources);
  }

  /** Signs in with the token of a provider outside, as an app does that has its own sign-in. */
  function signedInWith(token: string): void {
    const tokenProvider = {
      getTokens: async () => ({ accessToken: decodeJWT(token), idToken: decodeJWT(token) }),
    };
    Amplify.configure(resources, {
      Auth: { tokenProvider, credentialsProvider: cognitoCredentialsProvider },
    });
  }

  async function callerArn(): Promise<string | undefined> {
    const { credentials } = await fetchAuthSession();
    if (credentials === undefined) throw new Error('the session has no credentials');
    const sts = new STS({ endpoint: service.url, region, credentials, maxAttempts: 1 });
    return (await sts.getCallerIdentity({})).Arn;
  }

  const roleArn = (role: string) => `arn:aws:sts::${account}:assumed-role/${role}/CognitoIdentityCredentials`;

  it('gives a guest a session, and the same guest another', async () => {
    asGuest();
    const { identityId, credentials } = await fetchAuthSession();
    expect(identityId).toMatch(/^us-east-1:/);
    expect(await callerArn()).toBe(roleArn('Guest'));
    const again = await fetchAuthSession({ forceRefresh: true });
    expect(again.identityId).toBe(identityId);
    expect(again.credentials?.sessionToken).not.toBe(credentials?.sessionToken);
  });

  it('gives the user of an outside provider a session, and the same identity each time', async () => {
    signedInWith(await issuer.token({ sub: 'ada' }));
    const { identityId, userSub } = await fetchAuthSession();
    expect(userSub).toBe('ada');
    expect(await callerArn()).toBe(roleArn('Player'));
    await cognitoCredentialsProvider.clearCredentialsAndIdentityId();
    expect((await fetchAuthSession()).identityId).toBe(identityId);
  });

  it('keeps the identity of a guest who signs in', async () => {
    asGuest();
    const guest = await fetchAuthSession();
    signedInWith(await issuer.token({ sub: 'grace' }));
    expect((await fetchAuthSession({ forceRefresh: true })).identityId).toBe(guest.identityId);
    expect(await callerArn()).toBe(roleArn('Player'));
  });

  it('throws the refusal of a token', async () => {
    signedInWith(await issuer.token({ aud: 'another-client' }));
    await expect(fetchAuthSession()).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Invalid login token. Incorrect token audience.',
    });
  });

  it('is answered as the compatibility page says', () => {
    checkAnswers('amplify', service.calls);
  });
});
