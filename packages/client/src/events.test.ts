import { describe, expect, it } from 'vitest';
import { eventsBetween } from './events.ts';
import type { State } from './machine.ts';

const identityId = 'us-east-1:a';
const provider = 'accounts.google.com';
const credentials = (accessKeyId: string) => ({
  accessKeyId,
  secretAccessKey: 'secret',
  sessionToken: 'session',
  expiration: new Date(0),
});
const out: State = { kind: 'signedOut' };
const guest: State = { kind: 'guest', identityId, credentials: credentials('1') };
const federated: State = { kind: 'federated', identityId, provider, credentials: credentials('2') };
const expired: State = { kind: 'expired', identityId, provider };
const userPool: State = { kind: 'userPool', identityId, userSub: 'user', credentials: credentials('3') };

describe('eventsBetween', () => {
  it.each<[string, State, State, string[]]>([
    ['nothing', federated, federated, []],
    ['a guest admitted', out, guest, ['sessionRefreshed']],
    ['a federation', out, federated, ['federated']],
    ['a guest linked', guest, federated, ['federated']],
    [
      'another provider',
      federated,
      { ...federated, provider: 'x', identityId: 'b' },
      ['identityChanged', 'federated'],
    ],
    ['a merge', federated, { ...federated, identityId: 'b' }, ['identityChanged', 'federated']],
    ['a refresh', federated, { ...federated, credentials: credentials('4') }, ['sessionRefreshed']],
    ['an expiry', federated, expired, ['sessionExpired']],
    ['an expiry seen twice', expired, expired, []],
    ['a federation renewed', expired, federated, ['federated']],
    ['a clearing', federated, out, ['federationCleared']],
    ['a clearing after expiry', expired, out, ['federationCleared']],
    ['a guest leaving', guest, out, ['signedOut']],
    ['a user-pool sign-in', out, userPool, ['sessionRefreshed']],
    ['a user-pool sign-out', userPool, out, ['signedOut']],
    ['nobody still', out, out, []],
  ])('%s', (_, before, after, types) => {
    expect(eventsBetween(before, after).map(({ type }) => type)).toEqual(types);
  });
});
