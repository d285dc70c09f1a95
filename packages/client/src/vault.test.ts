import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { State } from './machine.ts';
import { type AuthStorage, memoryStorage } from './storage/storage.ts';
import { createVault } from './vault.ts';

const credentials = {
  accessKeyId: 'ASIA',
  secretAccessKey: 'secret',
  sessionToken: 'session',
  expiration: new Date('2030-01-01T00:00:00Z'),
};
const federated: State = {
  kind: 'federated',
  identityId: 'us-east-1:1',
  provider: 'accounts.google.com',
  token: 'token',
  credentials,
};
const states: State[] = [
  { kind: 'signedOut' },
  { kind: 'guest', identityId: 'us-east-1:1' },
  { kind: 'guest', identityId: 'us-east-1:1', credentials },
  federated,
  { ...federated, customRoleArn: 'arn:aws:iam::0:role/editor' },
  { kind: 'expired', identityId: 'us-east-1:1', provider: 'accounts.google.com' },
  { kind: 'userPool', identityId: 'us-east-1:1', userSub: 'user', credentials },
];

const load = (storage: AuthStorage) => createVault(storage, 'key', true).load();

describe('a vault', () => {
  it.each(states)('gives back what another one saved: %o', async (state) => {
    const storage = memoryStorage();
    await createVault(storage, 'key', true).save(state);
    expect(await load(storage)).toEqual(state);
  });

  it.each([
    ['an older version', { ...federated, version: 0 }],
    ['no version', federated],
    ['an unknown kind', { ...federated, version: 1, kind: 'admin' }],
    ['no identity', { ...federated, version: 1, identityId: '' }],
    ['no provider', { ...federated, version: 1, provider: 7 }],
    ['no credentials', { ...federated, version: 1, credentials: null }],
    [
      'half the credentials',
      { ...federated, version: 1, credentials: { ...credentials, sessionToken: undefined } },
    ],
    ['no expiry', { ...federated, version: 1, credentials: { ...credentials, expiration: 'soon' } }],
    ['a user without sub', { ...federated, version: 1, kind: 'userPool' }],
  ])('reads data with %s as signed out', async (_, stored) => {
    const storage = memoryStorage();
    storage.setItem('key', JSON.stringify(stored));
    expect(await load(storage)).toEqual({ kind: 'signedOut' });
  });

  it('never throws, whatever is stored', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map((value) => JSON.stringify({ ...value, version: 1 })),
    );
    await fc.assert(
      fc.asyncProperty(text, async (stored) => {
        const storage = memoryStorage();
        storage.setItem('key', stored);
        expect(states.map(({ kind }) => kind)).toContain((await load(storage)).kind);
      }),
    );
  });

  it('keeps the token in memory when it must not be stored, also over another tab’s refresh', async () => {
    const storage = memoryStorage();
    const one = createVault(storage, 'key', false);
    const other = createVault(storage, 'key', false);
    await one.save(federated);
    expect(storage.getItem('key')).not.toContain('"token"');
    await other.save({
      ...federated,
      token: 'other',
      credentials: { ...credentials, accessKeyId: 'ASIANEW' },
    });
    expect(await one.load()).toMatchObject({ token: 'token', credentials: { accessKeyId: 'ASIANEW' } });
  });

  it('does not take a slow read for news of what was saved meanwhile', async () => {
    let answer = (_text: string | undefined) => {};
    const storage = {
      ...memoryStorage(),
      getItem: () => new Promise<string | undefined>((resolve) => (answer = resolve)),
    };
    const vault = createVault(storage, 'key', true);
    const slow = vault.load();
    await vault.save(federated);
    answer(undefined);
    expect(await slow).toEqual(federated);
  });
});
