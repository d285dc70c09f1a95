import { AuthProvider, createAuth } from '@daypass/client';
import {
  startTestProvider,
  startTestService,
  type TestProvider,
  type TestService,
} from '@daypass/server/testing';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNotes } from './notes.ts';

describe('notes', () => {
  let store: Awaited<ReturnType<typeof startFauxqs>>;
  let google: TestProvider;
  let daypass: TestService<'users'>;

  beforeAll(async () => {
    store = await startFauxqs({ port: 0, logger: false });
    store.createBucket('notes');
    google = await startTestProvider({ key: 'accounts.google.com' });
    daypass = await startTestService({
      providers: [google],
      s3Backend: { url: store.address, accessKeyId: 'test', secretAccessKey: 'test' },
      pools: {
        users: {
          roles: {
            authenticated: [
              {
                Effect: 'Allow',
                Action: ['s3:GetObject', 's3:PutObject'],
                Resource: 'arn:aws:s3:::notes/private/${cognito-identity.amazonaws.com:sub}/*',
              },
            ],
          },
        },
      },
    });
  });

  afterAll(async () => {
    await daypass.close();
    await google.close();
    await store.stop();
  });

  /** Signs a user in as the app does, except that nobody types a password at Google. */
  async function signIn(user: string) {
    const { url, region, pools } = daypass;
    const auth = createAuth({ identityPoolId: pools.users.id, endpoint: url });
    const token = google.token({ sub: user });
    const { identityId } = await auth.federateToIdentityPool({ token, provider: AuthProvider.google });
    return { identityId, notes: openNotes(auth, { endpoint: url, region, forcePathStyle: true }) };
  }

  it('gives a user the own note back, also after the next sign-in', async () => {
    const ada = await signIn('ada');
    await ada.notes.write(ada.identityId, 'first program');
    const later = await signIn('ada');
    expect(await later.notes.read(later.identityId)).toBe('first program');
  });

  it('keeps it from everybody else', async () => {
    const ada = await signIn('ada');
    const grace = await signIn('grace');
    await expect(grace.notes.read(ada.identityId)).rejects.toThrow('not authorized to perform: s3:GetObject');
    await expect(grace.notes.write(ada.identityId, 'mine')).rejects.toThrow('s3:PutObject');
  });

  it('lets nobody in with an expired token', async () => {
    const auth = createAuth({ identityPoolId: daypass.pools.users.id, endpoint: daypass.url });
    const login = { token: google.token({ exp: 1 }), provider: AuthProvider.google };
    await expect(auth.federateToIdentityPool(login)).rejects.toThrow('Token expired');
  });
});
