import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type IdentityId, newIdentityId, type PoolId } from '../ids.ts';
import { mergeIdentities, setEnabled, unlinkLogin } from './administer.ts';
import { adopt } from './adopt.ts';
import { developerToken, mergeDevelopers } from './developer.ts';
import { openIdToken } from './open-id-token.ts';
import { arrive, comeBack, type Logins } from './standing.ts';
import { openFederation, type TestFederation } from './testing/federation.ts';
import { removeLogins, unlink } from './unlink.ts';

const example = 'login.example.test';
const google = 'accounts.google.com';
const developers = 'login.my.backend';
const own = 'cognito-identity.amazonaws.com';

let services: TestFederation;
let poolId: PoolId;

beforeAll(async () => {
  services = await openFederation();
});
afterAll(() => services.close());
beforeEach(async () => {
  ({ poolId } = await services.addPool());
});

const exampleToken = (sub: string) => services.issuers.example.token({ sub });
const googleToken = (sub: string) => services.issuers.google.token({ sub });
const signIn = async (logins: Logins) => (await arrive(services, poolId, logins)).claim.identityId;
const ada = async () => ({ [example]: await exampleToken('ada') });
const identityOf = (identityId: IdentityId) => services.store.getIdentityWithLogins(identityId);
const forbidden = (id: string) => ({
  code: 'NotAuthorizedException',
  message: `Access to Identity '${id}' is forbidden.`,
});
const elsewhere = { code: 'ResourceNotFoundException' };

describe('a disabled identity', () => {
  let identity: IdentityId;
  let ownToken: string;

  beforeEach(async () => {
    identity = await signIn(await ada());
    ({ token: ownToken } = await openIdToken(services, identity, await ada()));
    await setEnabled(services, poolId, identity, false);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['signs in', async () => signIn(await ada())],
    ['comes back', async () => comeBack(services, identity, await ada())],
    ['comes back without a login', () => comeBack(services, identity, {})],
    ['comes back with a token of the pool', () => comeBack(services, identity, { [own]: ownToken })],
    ['asks for a token of the pool', async () => openIdToken(services, identity, await ada())],
    [
      'brings another login to link',
      async () => signIn({ ...(await ada()), [google]: await googleToken('ada') }),
    ],
    ['takes a guest over', async () => comeBack(services, await signIn({}), await ada())],
    ['is linked a login', () => adopt(services, poolId, identity, { provider: google, subject: 'ada' })],
    ['unlinks a login', async () => unlink(services, identity, await ada(), [example])],
    [
      'is named by its backend',
      async () =>
        developerToken(services, {
          poolId,
          identityId: undefined,
          logins: { [developers]: 'ada', ...(await ada()) },
          principalTags: {},
          lifetime: undefined,
        }),
    ],
    [
      'is merged',
      async () => mergeIdentities(services, poolId, { source: identity, destination: await signIn({}) }),
    ],
    [
      'is merged into',
      async () => mergeIdentities(services, poolId, { source: await signIn({}), destination: identity }),
    ],
  ])('is refused when it %s', async (_what, attempt) => {
    const before = await identityOf(identity);
    await expect(attempt()).rejects.toMatchObject(forbidden(identity));
    expect(await identityOf(identity)).toEqual(before);
  });

  it('keeps its logins, and is the same when it is enabled again', async () => {
    await setEnabled(services, poolId, identity, false);
    await setEnabled(services, poolId, identity, true);
    expect(await signIn(await ada())).toBe(identity);
  });

  it('stays disabled when a login is taken off', async () => {
    await setEnabled(services, poolId, identity, true);
    await adopt(services, poolId, identity, { provider: google, subject: 'ada' });
    await setEnabled(services, poolId, identity, false);
    await removeLogins(services, poolId, identity, ({ logins }) => logins.slice(0, 1));
    expect(await identityOf(identity)).toMatchObject({ enabled: false, logins: [{ provider: example }] });
    expect(await unlinkLogin(services, poolId, identity, { provider: example, subject: 'ada' })).toBe(false);
  });
});

it('does not merge a disabled developer user, in either direction', async () => {
  const user = async (name: string) => {
    const request = { poolId, identityId: undefined, logins: { [developers]: name }, principalTags: {} };
    return (await developerToken(services, { ...request, lifetime: undefined })).identityId;
  };
  const [nemo, ned] = [await user('nemo'), await user('ned')];
  await setEnabled(services, poolId, nemo, false);
  for (const [source, destination] of [
    ['nemo', 'ned'],
    ['ned', 'nemo'],
  ] as const) {
    await expect(
      mergeDevelopers(services, { poolId, provider: developers, source, destination }),
    ).rejects.toMatchObject(forbidden(nemo));
  }
  expect(await identityOf(ned)).toMatchObject({ enabled: true, logins: [{ subject: 'ned' }] });
});

describe('enabling', () => {
  it.each<[string, () => Promise<IdentityId>]>([
    [
      'was merged into another',
      async () => {
        const guest = await signIn({});
        await comeBack(services, guest, { [example]: await exampleToken('merged') });
        const other = await signIn({});
        await mergeIdentities(services, poolId, { source: other, destination: guest });
        return other;
      },
    ],
    [
      'has lost its last login',
      async () => {
        const identity = await signIn({ [example]: await exampleToken('lost') });
        await unlinkLogin(services, poolId, identity, { provider: example, subject: 'lost' });
        return identity;
      },
    ],
    [
      'was a guest',
      async () => {
        const guest = await signIn({});
        await setEnabled(services, poolId, guest, false);
        return guest;
      },
    ],
  ])('is refused for one that %s: it would be a guest whose id others know', async (_what, make) => {
    const identity = await make();
    await expect(setEnabled(services, poolId, identity, true)).rejects.toMatchObject({
      code: 'ResourceConflictException',
      message: `Identity '${identity}' has no login, and stays disabled.`,
    });
    await expect(comeBack(services, identity, {})).rejects.toMatchObject(forbidden(identity));
  });
});

describe('unlinking a login', () => {
  const login = { provider: example, subject: 'ada' };

  it('leaves the other logins, and makes that user somebody new', async () => {
    const identity = await signIn({ ...(await ada()), [google]: await googleToken('ada') });
    expect(await unlinkLogin(services, poolId, identity, login)).toBe(true);
    expect(await signIn({ [google]: await googleToken('ada') })).toBe(identity);
    expect(await signIn(await ada())).not.toBe(identity);
  });

  it('disables who has none left', async () => {
    const identity = await signIn(await ada());
    expect(await unlinkLogin(services, poolId, identity, login)).toBe(false);
    expect(await identityOf(identity)).toMatchObject({ enabled: false, logins: [] });
  });

  it('knows the logins of that identity alone', async () => {
    await signIn(await ada());
    const other = await signIn({ [google]: await googleToken('other') });
    await expect(unlinkLogin(services, poolId, other, login)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: `Identity '${other}' has no such login.`,
    });
  });
});

describe('merging', () => {
  it('moves all logins to the destination, however old it is, and disables the source', async () => {
    const source = await signIn(await ada());
    services.clock.advance(1000);
    const destination = await signIn({ [google]: await googleToken('ada') });
    await mergeIdentities(services, poolId, { source, destination });
    expect(await signIn(await ada())).toBe(destination);
    expect(await identityOf(source)).toMatchObject({ enabled: false, logins: [] });
  });

  it('leaves both as they were when the outcome would be no legal identity', async () => {
    const source = await signIn(await ada());
    const destination = await signIn({ [example]: await exampleToken('grace') });
    await expect(mergeIdentities(services, poolId, { source, destination })).rejects.toMatchObject({
      code: 'ResourceConflictException',
    });
    expect(await signIn(await ada())).toBe(source);
  });

  it('is not for an identity and itself', async () => {
    const source = await signIn(await ada());
    await expect(mergeIdentities(services, poolId, { source, destination: source })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    expect(await signIn(await ada())).toBe(source);
  });

  it('stays within one pool', async () => {
    const source = await signIn(await ada());
    const { poolId: otherPool } = await services.addPool();
    const destination = (await arrive(services, otherPool, await ada())).claim.identityId;
    for (const pool of [poolId, otherPool]) {
      await expect(mergeIdentities(services, pool, { source, destination })).rejects.toMatchObject(elsewhere);
    }
  });
});

it.each<[string, (pool: PoolId, identity: IdentityId) => Promise<unknown>]>([
  ['disable', (pool, identity) => setEnabled(services, pool, identity, false)],
  ['enable', (pool, identity) => setEnabled(services, pool, identity, true)],
  [
    'unlink',
    (pool, identity) => unlinkLogin(services, pool, identity, { provider: example, subject: 'ada' }),
  ],
])('finds no identity of another pool to %s', async (_what, attempt) => {
  const identity = await signIn(await ada());
  const { poolId: otherPool } = await services.addPool();
  await expect(attempt(otherPool, identity)).rejects.toMatchObject(elsewhere);
  await expect(attempt(poolId, newIdentityId('us-east-1'))).rejects.toMatchObject(elsewhere);
  expect(await signIn(await ada())).toBe(identity);
});
