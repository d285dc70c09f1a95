/// <reference lib="dom" />
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthEvent, AuthProvider, memoryStorage } from '@daypass/client';
import { createAmplifyAuth } from '@daypass/client/amplify';
import { type Daypass, startDaypass } from '@daypass/server';
import { Amplify, type ResourcesConfig } from 'aws-amplify';
import { fetchAuthSession, getCurrentUser, signIn, signOut } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { downloadData, list, remove, uploadData } from 'aws-amplify/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startS3Store } from '../packages/cli/src/dev/stores.ts';
import { administrator, region } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';
import { startUserPool, type UserPool } from './rig/user-pool.ts';

/** Amplify uses path style, the only one that needs no DNS of one's own, for buckets with a dot in their name. */
const bucket = 'player.saves';
const ownIdentity = `\${cognito-identity.amazonaws.com:sub}`;
const username = 'ada@example.test';
const password = 'Correct-Horse-1';

describe('aws-amplify on the credentials of @daypass/client', () => {
  let issuer: Issuer;
  let userPool: UserPool;
  let daypass: Daypass;
  let identityPoolId: string;
  const started: { close(): Promise<unknown> }[] = [];

  function closing<Part extends { close(): Promise<unknown> }>(part: Part): Part {
    started.unshift(part);
    return part;
  }

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daypass-amplify-'));
    closing({ close: () => rm(folder, { recursive: true }) });
    const store = closing(await startS3Store(folder, bucket));
    issuer = closing(await startIssuer());
    userPool = closing(await startUserPool());
    await userPool.createUser(username, password);
    daypass = closing(
      await startDaypass({
        port: 0,
        logLevel: 'silent',
        s3Backend: store.backend,
        providerOverrides: { [issuer.key]: issuer.url, [userPool.key]: userPool.url },
      }),
    );
    const admin = administrator(daypass);
    identityPoolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      OpenIdConnectProviderARNs: [await admin.registerIssuer(issuer.key, ['example-client'])],
      CognitoIdentityProviders: [
        { ProviderName: userPool.key, ClientId: userPool.userPoolClientId, ServerSideTokenCheck: false },
      ],
    });
    await admin.setRoles(identityPoolId, {
      authenticated: await admin.createRole('Player', identityPoolId, 'authenticated', [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
          Resource: `arn:aws:s3:::${bucket}/private/${ownIdentity}/*`,
        },
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: `arn:aws:s3:::${bucket}`,
          Condition: { StringLike: { 's3:prefix': `private/${ownIdentity}/*` } },
        },
      ]),
      unauthenticated: await admin.createRole('Guest', identityPoolId, 'unauthenticated'),
    });
  });

  afterAll(async () => {
    for (const part of started) await part.close();
  });

  const federation = () => ({ identityPoolId, endpoint: daypass.url, storage: memoryStorage() });
  const login = async (sub: string) => ({
    token: await issuer.token({ sub }),
    provider: AuthProvider.oidc('Example', `https://${issuer.key}`),
  });

  describe('with an identity pool and no user pool', () => {
    /** Amplify, configured with our providers alone. */
    function configure(resources: ResourcesConfig = {}) {
      const { auth, providers } = createAmplifyAuth(federation());
      Amplify.configure(resources, { Auth: providers });
      return auth;
    }

    it('fetchAuthSession of Amplify gives our credentials and identity ID', async () => {
      const auth = configure();
      const federated = await auth.federateToIdentityPool(await login('grace'));
      expect(await fetchAuthSession()).toEqual({ ...federated, tokens: undefined, userSub: undefined });
      const fresh = await fetchAuthSession({ forceRefresh: true });
      expect(fresh.identityId).toBe(federated.identityId);
      expect(fresh.credentials?.sessionToken).not.toBe(federated.credentials.sessionToken);
    });

    it('fetchAuthSession of Amplify gives a guest’s session, and another one’s after clearing', async () => {
      const auth = configure();
      const guest = await fetchAuthSession();
      expect(guest.identityId).toBe((await auth.fetchAuthSession()).identityId);
      await auth.signOut();
      expect((await fetchAuthSession()).identityId).not.toBe(guest.identityId);
    });

    describe('Storage, through the gateway', () => {
      const resources = () => ({ Storage: { S3: { bucket, region } } });
      /** An endpoint of one's own: always by https, and not among the types of `aws-amplify/storage`. */
      const gateway = (): object => ({ customEndpoint: new URL(daypass.url).host });
      const save = ({ identityId }: { identityId?: string }) => `private/${identityId}/save.json`;

      beforeEach(() => {
        const { fetch } = globalThis;
        // Ends TLS, as the proxy in front of the service does.
        vi.stubGlobal('fetch', (url: URL | string, init?: RequestInit) =>
          fetch(String(url).replace(`https://${new URL(daypass.url).host}/`, `${daypass.url}/`), init),
        );
      });
      afterEach(() => {
        vi.unstubAllGlobals();
      });

      it('uploadData, list, downloadData and remove run on federated credentials', async () => {
        const auth = configure(resources());
        const { identityId } = await auth.federateToIdentityPool(await login('grace'));
        const options = { ...gateway() };
        await uploadData({ path: save, data: '{"level":7}', options }).result;
        const folder = `private/${identityId}/`;
        expect((await list({ path: folder, options })).items).toMatchObject([
          { path: `${folder}save.json`, size: 11 },
        ]);
        const { body } = await downloadData({ path: save, options }).result;
        expect(await body.text()).toBe('{"level":7}');
        await remove({ path: save, options });
        expect((await list({ path: folder, options })).items).toEqual([]);
      });

      it('what is another player’s is refused', async () => {
        const auth = configure(resources());
        const grace = await auth.federateToIdentityPool(await login('grace'));
        const options = { ...gateway() };
        await uploadData({ path: save, data: 'mine', options }).result;
        await auth.federateToIdentityPool(await login('linus'));
        const path = `private/${grace.identityId}/save.json`;
        await expect(downloadData({ path, options }).result).rejects.toMatchObject({ name: 'AccessDenied' });
        await expect(uploadData({ path, data: 'mine now', options }).result).rejects.toMatchObject({
          name: 'AccessDenied',
        });
      });
    });
  });

  describe('with a user pool', () => {
    it('who signs in with Amplify is federated by itself, and nobody else until they sign out', async () => {
      const { userPoolId, userPoolClientId, endpoint } = userPool;
      const { auth, providers } = createAmplifyAuth(federation(), cognitoUserPoolsTokenProvider);
      const Cognito = { userPoolId, userPoolClientId, userPoolEndpoint: endpoint };
      Amplify.configure({ Auth: { Cognito } }, { Auth: providers });
      // Amplify does it by itself for its own providers only.
      cognitoUserPoolsTokenProvider.setAuthConfig({ Cognito });
      const events: AuthEvent['type'][] = [];
      auth.on(({ type }) => events.push(type));

      await signIn({ username, password, options: { authFlowType: 'USER_PASSWORD_AUTH' } });
      const session = await fetchAuthSession();
      const user = await getCurrentUser();
      expect(session.userSub).toBe(user.userId);
      const ours = await auth.fetchAuthSession();
      expect(ours.isSignedIn).toBe(true);
      expect({ identityId: ours.identityId, credentials: ours.credentials }).toEqual({
        identityId: session.identityId,
        credentials: session.credentials,
      });
      expect(await auth.getCurrentUser()).toEqual({ userId: user.userId, username: user.username });
      await expect(auth.federateToIdentityPool(await login('grace'))).rejects.toMatchObject({
        name: 'InvalidStateException',
        message: 'Cannot federate to identity pool with active user session.',
      });

      await signOut();
      const { identityId } = await auth.federateToIdentityPool(await login('grace'));
      expect(identityId).not.toBe(session.identityId);
      expect((await fetchAuthSession()).identityId).toBe(identityId);

      await auth.clearFederationToIdentityPool();
      await signIn({ username, password, options: { authFlowType: 'USER_PASSWORD_AUTH' } });
      expect((await fetchAuthSession()).identityId).toBe(session.identityId);
      await signOut();
      expect(events).toContain('signedOut');
    });
  });
});
