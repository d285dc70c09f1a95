import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityId, PoolId } from '../ids.ts';
import { developerToken, mergeDevelopers } from './developer.ts';
import { openIdToken } from './open-id-token.ts';
import { arrive, comeBack, type Logins } from './standing.ts';
import { openFederation, type TestFederation } from './testing/federation.ts';
import { unlink } from './unlink.ts';

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
const identities = () => services.store.findIdentities({ poolId, limit: 100 });
const loginsOf = async (id: IdentityId) =>
  (await services.store.getIdentityWithLogins(id))?.logins.map(({ provider }) => provider);
const developer = (
  user: string,
  changes: { identityId?: IdentityId; logins?: Logins; lifetime?: number } = {},
) =>
  developerToken(services, {
    poolId,
    identityId: changes.identityId,
    logins: { [developers]: user, ...changes.logins },
    principalTags: {},
    lifetime: changes.lifetime,
  });
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

const forbidden = (id: string) => ({
  code: 'NotAuthorizedException',
  message: `Access to Identity '${id}' is forbidden.`,
});
const mismatch = {
  code: 'NotAuthorizedException',
  message: "Logins don't match. Please include at least one valid login for this identity or identity pool.",
};
const cognitoToken = {
  code: 'NotAuthorizedException',
  message: "Invalid login token. Can't pass in a Cognito token.",
};

describe('who comes with logins', () => {
  it('has every token proven, or none counts', async () => {
    const logins = { [example]: await exampleToken('ada'), [google]: 'no token' };
    await expect(signIn(logins)).rejects.toMatchObject({ code: 'NotAuthorizedException' });
    expect(await identities()).toEqual([]);
  });

  it('is not a developer user on his own word', async () => {
    await expect(signIn({ [developers]: 'ada' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'Please provide a valid public provider',
    });
  });

  it('does not come to GetId with a token of the pool', async () => {
    const { token } = await developer('ada');
    await expect(signIn({ [own]: token })).rejects.toMatchObject(cognitoToken);
  });

  it('is told by amr how the identity was proven', async () => {
    const logins = { [example]: await exampleToken('ada'), [google]: await googleToken('ada') };
    expect((await arrive(services, poolId, logins)).claim.amr).toEqual([
      'authenticated',
      example,
      'arn:aws:iam::000000000000:oidc-provider/login.example.test:OIDC:ada',
      google,
      'accounts.google.com:game:ada',
    ]);
    expect((await arrive(services, poolId, {})).claim.amr).toEqual(['unauthenticated']);
  });
});

describe('who comes back with a token of the pool', () => {
  it('is the identity of the token, and no other', async () => {
    const { identityId, token } = await developer('ada');
    const standing = await comeBack(services, identityId, { [own]: token });
    expect(standing).toMatchObject({ claim: { identityId, poolId }, isGuest: false, logins: [] });
    const other = await developer('eve');
    await expect(comeBack(services, other.identityId, { [own]: token })).rejects.toMatchObject(mismatch);
  });

  it('comes with that token alone', async () => {
    const { identityId, token } = await developer('ada');
    const logins = { [own]: token, [google]: await googleToken('ada') };
    await expect(comeBack(services, identityId, logins)).rejects.toMatchObject(cognitoToken);
    expect(await loginsOf(identityId)).toEqual([developers]);
  });

  it('is refused with anything else under that key', async () => {
    const { identityId } = await developer('ada');
    for (const token of ['no token', await exampleToken('ada')]) {
      await expect(comeBack(services, identityId, { [own]: token })).rejects.toMatchObject({
        code: 'NotAuthorizedException',
        message: 'Invalid login token. Not a Cognito token.',
      });
    }
  });

  it('is refused once the token has expired', async () => {
    const { identityId, token } = await developer('ada', { lifetime: 1 });
    services.clock.advance(1);
    await expect(comeBack(services, identityId, { [own]: token })).rejects.toMatchObject({
      code: 'NotAuthorizedException',
      message: `Invalid login token. Token expired: ${services.clock.seconds} >= ${services.clock.seconds}`,
    });
  });

  it('is refused once the identity was merged into another', async () => {
    const survivor = await developer('ada');
    const { identityId, token } = await developer('lovelace');
    await mergeDevelopers(services, { poolId, provider: developers, source: 'lovelace', destination: 'ada' });
    await expect(comeBack(services, identityId, { [own]: token })).rejects.toMatchObject(
      forbidden(identityId),
    );
    await comeBack(services, survivor.identityId, { [own]: survivor.token });
  });

  it('is a guest no longer once somebody has signed in', async () => {
    const identityId = await signIn({});
    const { token } = await openIdToken(services, identityId, {});
    expect(await comeBack(services, identityId, { [own]: token })).toMatchObject({ isGuest: true });
    await comeBack(services, identityId, { [google]: await googleToken('ada') });
    await expect(comeBack(services, identityId, { [own]: token })).rejects.toMatchObject(
      forbidden(identityId),
    );
  });
});

describe('GetOpenIdToken', () => {
  it('lasts ten minutes', async () => {
    const { token } = await openIdToken(services, await signIn({}), {});
    const { exp, iat } = claimsOf(token);
    expect(exp - iat).toBe(600);
  });

  it.each([
    {
      name: 'the basic flow is off',
      changes: { allowClassicFlow: false },
      message: 'Basic (classic) flow is not enabled, please use enhanced flow.',
    },
    {
      name: 'the pool maps roles',
      changes: { allowClassicFlow: true, roleMappings: { [google]: { type: 'Token' as const } } },
      message: 'Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.',
    },
  ])('is refused where $name, and links nothing', async ({ changes, message }) => {
    const identityId = await signIn({});
    await services.changePool({ poolId, ...changes });
    const before = await identities();
    const logins = { [google]: await googleToken('ada') };
    await expect(openIdToken(services, identityId, logins)).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message,
    });
    expect(await identities()).toEqual(before);
  });

  it('may answer with another identity, after a merge', async () => {
    const first = await signIn({ [google]: await googleToken('ada') });
    const guest = await signIn({});
    const { identityId, token } = await openIdToken(services, guest, { [google]: await googleToken('ada') });
    expect(identityId).toBe(first);
    expect(claimsOf(token).sub).toBe(first);
  });
});

describe('UnlinkIdentity', () => {
  it('takes off the logins of a provider', async () => {
    const logins = { [example]: await exampleToken('ada'), [google]: await googleToken('ada') };
    const identityId = await signIn(logins);
    await unlink(services, identityId, { [google]: await googleToken('ada') }, [example]);
    expect(await loginsOf(identityId)).toEqual([google]);
    expect(await signIn({ [example]: await exampleToken('ada') })).not.toBe(identityId);
  });

  it('takes a developer’s token as proof', async () => {
    const { identityId, token } = await developer('ada', { logins: { [google]: await googleToken('ada') } });
    await unlink(services, identityId, { [own]: token }, [google]);
    expect(await loginsOf(identityId)).toEqual([developers]);
  });

  it('ends an identity whose last login goes', async () => {
    const identityId = await signIn({ [google]: await googleToken('ada') });
    await unlink(services, identityId, { [google]: await googleToken('ada') }, [google]);
    for (const logins of [{}, { [google]: await googleToken('ada') }]) {
      await expect(comeBack(services, identityId, logins)).rejects.toMatchObject(forbidden(identityId));
      await expect(unlink(services, identityId, logins, [google])).rejects.toMatchObject({
        code: 'NotAuthorizedException',
      });
    }
  });

  it.each<{ name: string; shown: () => Promise<Logins>; remove: readonly string[] }>([
    { name: 'nothing is shown', shown: async () => ({}), remove: [google] },
    {
      name: 'another’s login is shown',
      shown: async () => ({ [google]: await googleToken('eve') }),
      remove: [google],
    },
    {
      name: 'another’s login is shown beside its own',
      shown: async () => ({ [google]: await googleToken('ada'), [example]: await exampleToken('eve') }),
      remove: [google],
    },
    {
      name: 'a login of nobody is shown beside its own',
      shown: async () => ({ [google]: await googleToken('ada'), [example]: await exampleToken('new') }),
      remove: [google],
    },
    {
      name: 'it has no login of the provider',
      shown: async () => ({ [google]: await googleToken('ada') }),
      remove: [example],
    },
  ])('changes nothing when $name', async ({ shown, remove }) => {
    const identityId = await signIn({ [google]: await googleToken('ada') });
    await signIn({ [google]: await googleToken('eve'), [example]: await exampleToken('eve') });
    const before = await identities();
    await expect(unlink(services, identityId, await shown(), remove)).rejects.toMatchObject(mismatch);
    expect(await identities()).toEqual(before);
  });
});

describe('developer users', () => {
  it('get tokens of 15 minutes unless another time is asked for', async () => {
    for (const [lifetime, expected] of [
      [undefined, 900],
      [86_400, 86_400],
    ] as const) {
      const { exp, iat } = claimsOf(
        (await developer('ada', lifetime === undefined ? {} : { lifetime })).token,
      );
      expect(exp - iat).toBe(expected);
    }
  });

  it('turn a guest into an identity of their own', async () => {
    const guest = await signIn({});
    expect((await developer('ada', { identityId: guest })).identityId).toBe(guest);
    expect((await developer('ada')).identityId).toBe(guest);
  });

  it('are linked to an identity by one of its logins, not by its id alone', async () => {
    const identityId = await signIn({ [google]: await googleToken('ada') });
    await expect(developer('ada', { identityId })).rejects.toMatchObject(mismatch);
    const logins = { [google]: await googleToken('ada') };
    expect((await developer('ada', { identityId, logins })).identityId).toBe(identityId);
  });

  it('are never taken from one identity to another', async () => {
    const ada = await developer('ada');
    const guest = await signIn({});
    const before = await identities();
    await expect(developer('ada', { identityId: guest })).rejects.toMatchObject({
      code: 'DeveloperUserAlreadyRegisteredException',
    });
    expect(await identities()).toEqual(before);
    expect((await developer('ada')).identityId).toBe(ada.identityId);
  });

  it('may come with identities of their own pool only', async () => {
    const other = await services.addPool();
    const { claim } = await arrive(services, other.poolId, {});
    await expect(developer('ada', { identityId: claim.identityId })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it.each<{ name: string; logins: Logins; message?: string }>([
    { name: 'no login', logins: {} },
    {
      name: 'another developer provider',
      logins: { 'login.other.backend': 'ada' },
      message: 'This identity pool does not support the specified developer provider',
    },
    { name: 'a token of the pool', logins: { [own]: 'x' } },
    { name: 'a user with more than 1,024 characters', logins: { [developers]: 'a'.repeat(1025) } },
    { name: 'a user with more bytes than a key has room for', logins: { [developers]: '€'.repeat(1024) } },
    { name: 'a user with a NUL', logins: { [developers]: 'a\0' } },
    { name: 'a user with half a surrogate pair', logins: { [developers]: '\udc00' } },
  ])('are refused with $name', async ({ logins, message }) => {
    const request = { poolId, identityId: undefined, logins, principalTags: {}, lifetime: undefined };
    await expect(developerToken(services, request)).rejects.toMatchObject({
      code: 'InvalidParameterException',
      ...(message !== undefined && { message }),
    });
    expect(await identities()).toEqual([]);
  });

  it('are merged into the destination, also when it is the younger one', async () => {
    const older = await developer('ada', { logins: { [google]: await googleToken('ada') } });
    services.clock.advance(1);
    const younger = await developer('lovelace');
    const merge = { poolId, provider: developers, source: 'ada', destination: 'lovelace' };
    for (const again of [1, 2])
      expect(await mergeDevelopers(services, merge), `${again}`).toBe(younger.identityId);
    expect(await loginsOf(younger.identityId)).toEqual([google, developers, developers]);
    expect(await services.store.getIdentityWithLogins(older.identityId)).toMatchObject({
      enabled: false,
      logins: [],
    });
  });

  it('are not merged when both have a login of one public provider', async () => {
    await developer('ada', { logins: { [google]: await googleToken('ada') } });
    await developer('lovelace', { logins: { [google]: await googleToken('lovelace') } });
    const before = await identities();
    await expect(
      mergeDevelopers(services, { poolId, provider: developers, source: 'ada', destination: 'lovelace' }),
    ).rejects.toMatchObject({ code: 'ResourceConflictException' });
    expect(await identities()).toEqual(before);
  });

  it('are not merged with a user who was never seen', async () => {
    await developer('ada');
    for (const [source, destination] of [
      ['ada', 'nobody'],
      ['nobody', 'ada'],
    ] as const) {
      await expect(
        mergeDevelopers(services, { poolId, provider: developers, source, destination }),
      ).rejects.toMatchObject({
        code: 'ResourceNotFoundException',
        message: "Developer user 'nobody' not found.",
      });
    }
  });
});
