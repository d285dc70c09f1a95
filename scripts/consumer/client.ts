// An app that has installed @daypass/client: compiled, bundled and run by check-packages.ts.
import assert from 'node:assert/strict';
import { type Auth, AuthProvider, createAuth, memoryStorage, NotAuthorizedException } from '@daypass/client';
import { createAmplifyAuth } from '@daypass/client/amplify';
import { fromIdentityPool } from '@daypass/client/aws-sdk';
import { createOidcSignIn } from '@daypass/client/oidc';
import { useAuthSession } from '@daypass/client/react';
import { createRequestAuth } from '@daypass/client/server';
import { cookieStorage, indexedDbStorage, secureStorage } from '@daypass/client/storage';

const [endpoint = '', identityPoolId = '', token = ''] = process.argv.slice(2);
const login = { token, provider: AuthProvider.google };

for (const protocol of ['daypass', 'cognito'] as const) {
  const auth: Auth = createAuth({ identityPoolId, endpoint, protocol });
  const guest = await auth.fetchAuthSession();
  assert.equal(guest.isSignedIn, false);
  const { identityId, credentials } = await auth.federateToIdentityPool(login);
  assert.notEqual(identityId, guest.identityId);
  assert.ok(credentials.expiration > new Date());
  assert.equal((await auth.fetchAuthSession({ forceRefresh: true })).identityId, identityId);
  const refused = auth.federateToIdentityPool({ ...login, provider: AuthProvider.apple });
  await assert.rejects(refused, NotAuthorizedException);
  await auth.clearFederationToIdentityPool();
  assert.equal((await auth.fetchAuthSession()).isSignedIn, false);
}

const { auth, providers } = createAmplifyAuth({ identityPoolId, endpoint });
await auth.federateToIdentityPool(login);
assert.ok(await providers.credentialsProvider.getCredentialsAndIdentityId());

const credentials = fromIdentityPool({ identityPoolId, endpoint, login: { ...login, token: () => token } });
assert.match((await credentials()).identityId, /^us-east-1:/);

const secret = 'thirty-two characters or even more';
const request = createRequestAuth({ identityPoolId, endpoint, secret, cookie: null });
await request.auth.federateToIdentityPool(login);
assert.ok(request.setCookies().length > 0);

for (const [name, value] of Object.entries({
  memoryStorage,
  cookieStorage,
  indexedDbStorage,
  secureStorage,
  createOidcSignIn,
  useAuthSession,
})) {
  assert.equal(typeof value, 'function', name);
}
console.log(`federated in ${process.version}`);
