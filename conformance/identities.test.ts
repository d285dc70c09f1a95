import { CognitoIdentity, type CreateIdentityPoolCommandInput } from '@aws-sdk/client-cognito-identity';
import { type Daypass, startDaypass } from '@daypass/server';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { administrator, refusal, region } from './rig/administrator.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const developers = 'login.my.backend';
const own = 'cognito-identity.amazonaws.com';

let daypass: Daypass;
let issuer: Issuer;
let google: Issuer;
let providerArn: string;
let admin: ReturnType<typeof administrator>;
/** With the root key. */
let backend: CognitoIdentity;
/** Without any key. */
let app: CognitoIdentity;
let IdentityPoolId: string;
let pools = 0;

beforeAll(async () => {
  issuer = await startIssuer();
  google = await startIssuer('accounts.google.com', 'google-client');
  daypass = await startDaypass({
    port: 0,
    logLevel: 'silent',
    providerOverrides: { [issuer.key]: issuer.url, [google.key]: google.url },
  });
  admin = administrator(daypass);
  const config = { endpoint: daypass.url, region, maxAttempts: 1 };
  backend = new CognitoIdentity({ ...config, credentials: daypass.rootCredentials });
  app = new CognitoIdentity(config);
  providerArn = await admin.registerIssuer(issuer.key, ['example-client']);
});

afterAll(async () => {
  await daypass.close();
  await Promise.all([issuer.close(), google.close()]);
});

const configuration = (): Partial<CreateIdentityPoolCommandInput> => ({
  AllowUnauthenticatedIdentities: true,
  DeveloperProviderName: developers,
  OpenIdConnectProviderARNs: [providerArn],
  SupportedLoginProviders: { [google.key]: 'google-client' },
});

/** A pool with roles for everybody. */
async function usablePool(): Promise<string> {
  const id = await admin.createPool(configuration());
  const name = `Identities${pools++}`;
  await admin.setRoles(id, {
    authenticated: await admin.createRole(`${name}Player`, id, 'authenticated'),
    unauthenticated: await admin.createRole(`${name}Guest`, id, 'unauthenticated'),
  });
  return id;
}

beforeEach(async () => {
  IdentityPoolId = await usablePool();
});

const exampleLogin = async (sub: string) => ({ [issuer.key]: await issuer.token({ sub }) });
const googleLogin = async (sub: string) => ({ [google.key]: await google.token({ sub }) });
const getId = async (Logins: Record<string, string> = {}) =>
  (await app.getId({ IdentityPoolId, Logins })).IdentityId ?? '';
const enter = (IdentityId: string, Logins: Record<string, string> = {}) =>
  app.getCredentialsForIdentity({ IdentityId, Logins });
const loginsOf = async (IdentityId: string) => (await backend.describeIdentity({ IdentityId })).Logins;
const listed = async (HideDisabled?: boolean) =>
  (await backend.listIdentities({ IdentityPoolId, MaxResults: 60, HideDisabled })).Identities?.map(
    ({ IdentityId }) => IdentityId,
  );
const vouchFor = async (user: string, IdentityId?: string, Logins: Record<string, string> = {}) => {
  const answer = await backend.getOpenIdTokenForDeveloperIdentity({
    IdentityPoolId,
    IdentityId,
    Logins: { [developers]: user, ...Logins },
  });
  return { IdentityId: answer.IdentityId ?? '', Token: answer.Token ?? '' };
};

const forbidden = (id: string) => ({
  name: 'NotAuthorizedException',
  message: `Access to Identity '${id}' is forbidden.`,
});
const mismatch = {
  name: 'NotAuthorizedException',
  message: "Logins don't match. Please include at least one valid login for this identity or identity pool.",
};
const notFound = (id: string) => ({
  name: 'ResourceNotFoundException',
  message: `Identity '${id}' not found.`,
});
const invalid = (message: unknown) => ({ name: 'InvalidParameterException', message });

describe('linking and merging', () => {
  it('links a new login when it comes with one that the identity has', async () => {
    const id = await getId(await exampleLogin('ada'));
    const both = { ...(await exampleLogin('ada')), ...(await googleLogin('ada')) };
    expect((await enter(id, both)).IdentityId).toBe(id);
    expect(await loginsOf(id)).toEqual([google.key, issuer.key]);
    expect(await getId(await googleLogin('ada'))).toBe(id);
  });

  it('merges two identities into the older one, and disables the other', async () => {
    const older = await getId(await exampleLogin('ada'));
    await new Promise((resolve) => setTimeout(resolve, 2));
    const younger = await getId(await googleLogin('ada'));
    const both = { ...(await googleLogin('ada')), ...(await exampleLogin('ada')) };
    expect((await enter(younger, both)).IdentityId).toBe(older);
    expect(await loginsOf(older)).toEqual([google.key, issuer.key]);
    expect(await loginsOf(younger)).toBeUndefined();
    expect((await listed())?.toSorted()).toEqual([older, younger].toSorted());
    expect(await listed(true)).toEqual([older]);
    expect(await refusal(enter(younger, both))).toEqual(forbidden(younger));
    expect(await getId(await googleLogin('ada'))).toBe(older);
  });

  it('refuses a second login of one provider, and changes nothing', async () => {
    const id = await getId({ ...(await exampleLogin('ada')), ...(await googleLogin('ada')) });
    const logins = { ...(await exampleLogin('ada')), ...(await googleLogin('other')) };
    expect(await refusal(enter(id, logins))).toMatchObject({ name: 'ResourceConflictException' });
    expect(await listed()).toEqual([id]);
  });

  it('refuses a login that is not the identity’s, and one identity without any', async () => {
    const id = await getId(await exampleLogin('ada'));
    expect(await refusal(enter(id, await exampleLogin('eve')))).toEqual(mismatch);
    expect(await refusal(enter(id))).toEqual(forbidden(id));
    expect(await listed()).toEqual([id]);
  });
});

describe('guests', () => {
  it('keep their id when they sign in for the first time', async () => {
    const guest = await getId();
    expect((await enter(guest)).IdentityId).toBe(guest);
    expect((await enter(guest, await exampleLogin('ada'))).IdentityId).toBe(guest);
    expect(await getId(await exampleLogin('ada'))).toBe(guest);
    expect(await refusal(enter(guest))).toEqual(forbidden(guest));
  });

  it('give way to the identity that the person has already', async () => {
    const id = await getId(await exampleLogin('ada'));
    const guest = await getId();
    expect((await enter(guest, await exampleLogin('ada'))).IdentityId).toBe(id);
    expect(await refusal(enter(guest))).toEqual(forbidden(guest));
    expect(await listed(true)).toEqual([id]);
  });
});

describe('unlinking and deleting', () => {
  it('takes a login off, which is nobody’s then', async () => {
    const id = await getId({ ...(await exampleLogin('ada')), ...(await googleLogin('ada')) });
    const Logins = await exampleLogin('ada');
    await app.unlinkIdentity({ IdentityId: id, Logins, LoginsToRemove: [google.key] });
    expect(await loginsOf(id)).toEqual([issuer.key]);
    expect(await getId(await googleLogin('ada'))).not.toBe(id);
  });

  it('disables an identity that has lost its last login', async () => {
    const id = await getId(await exampleLogin('ada'));
    const Logins = await exampleLogin('ada');
    await app.unlinkIdentity({ IdentityId: id, Logins, LoginsToRemove: [issuer.key] });
    expect(await loginsOf(id)).toBeUndefined();
    expect(await refusal(enter(id, Logins))).toEqual(forbidden(id));
    expect(await getId(Logins)).not.toBe(id);
  });

  it('unlinks on the strength of the identity’s own logins only', async () => {
    const id = await getId(await exampleLogin('ada'));
    const unlink = (Logins: Record<string, string>, LoginsToRemove: string[]) =>
      refusal(app.unlinkIdentity({ IdentityId: id, Logins, LoginsToRemove }));
    expect(await unlink(await exampleLogin('eve'), [issuer.key])).toEqual(mismatch);
    expect(await unlink(await exampleLogin('ada'), [google.key])).toEqual(mismatch);
    expect(await unlink({}, [issuer.key])).toEqual(mismatch);
    expect(await loginsOf(id)).toEqual([issuer.key]);
  });

  it('deletes identities, also those that are not there', async () => {
    const id = await getId(await exampleLogin('ada'));
    const unknown = `${region}:00000000-0000-4000-8000-000000000000`;
    expect(
      (await backend.deleteIdentities({ IdentityIdsToDelete: [id, unknown] })).UnprocessedIdentityIds,
    ).toEqual([]);
    expect(await refusal(backend.describeIdentity({ IdentityId: id }))).toEqual(notFound(id));
    expect(await refusal(enter(id, await exampleLogin('ada')))).toEqual(notFound(id));
    expect(await getId(await exampleLogin('ada'))).not.toBe(id);
  });
});

describe('developer users', () => {
  it('enter with the token that their backend got', async () => {
    const { IdentityId, Token } = await vouchFor('ada');
    expect((await enter(IdentityId, { [own]: Token })).Credentials?.SessionToken).toBeTruthy();
    expect((await vouchFor('ada')).IdentityId).toBe(IdentityId);
    expect(await loginsOf(IdentityId)).toEqual([developers]);
    expect(decodeJwt(Token)).toMatchObject({
      sub: IdentityId,
      aud: IdentityPoolId,
      amr: ['authenticated', developers, `${developers}:${IdentityPoolId}:ada`],
    });
  });

  it('do not enter with it elsewhere', async () => {
    const { Token } = await vouchFor('ada');
    const other = await vouchFor('eve');
    expect(await refusal(enter(other.IdentityId, { [own]: Token }))).toEqual(mismatch);
    expect(await refusal(getId({ [own]: Token }))).toEqual({
      name: 'NotAuthorizedException',
      message: "Invalid login token. Can't pass in a Cognito token.",
    });
    expect(await refusal(enter(other.IdentityId, { [own]: await issuer.token() }))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Invalid login token. Not a Cognito token.',
    });
    expect(await refusal(getId({ [developers]: Token }))).toEqual(
      invalid('Please provide a valid public provider'),
    );
  });

  it('are looked up by identity, by name, and by both if they belong together', async () => {
    const { IdentityId } = await vouchFor('ada');
    const { IdentityId: other } = await vouchFor('eve');
    for (const query of [
      { IdentityId },
      { DeveloperUserIdentifier: 'ada' },
      { IdentityId, DeveloperUserIdentifier: 'ada' },
    ]) {
      expect(await backend.lookupDeveloperIdentity({ IdentityPoolId, ...query })).toMatchObject({
        IdentityId,
        DeveloperUserIdentifierList: ['ada'],
      });
    }
    const lookup = (query: object) => refusal(backend.lookupDeveloperIdentity({ IdentityPoolId, ...query }));
    expect(await lookup({ IdentityId: other, DeveloperUserIdentifier: 'ada' })).toMatchObject({
      name: 'ResourceConflictException',
    });
    expect(await lookup({ DeveloperUserIdentifier: 'nobody' })).toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(await lookup({})).toMatchObject({ name: 'InvalidParameterException' });
  });

  it('are merged into the destination, paged through and unlinked again', async () => {
    const source = await vouchFor('ada');
    const destination = await vouchFor('lovelace');
    const merge = {
      IdentityPoolId,
      DeveloperProviderName: developers,
      SourceUserIdentifier: 'ada',
      DestinationUserIdentifier: 'lovelace',
    };
    expect((await backend.mergeDeveloperIdentities(merge)).IdentityId).toBe(destination.IdentityId);
    expect(await refusal(enter(source.IdentityId, { [own]: source.Token }))).toEqual(
      forbidden(source.IdentityId),
    );

    const { IdentityId } = destination;
    const first = await backend.lookupDeveloperIdentity({ IdentityPoolId, IdentityId, MaxResults: 1 });
    const { NextToken } = first;
    const second = await backend.lookupDeveloperIdentity({
      IdentityPoolId,
      IdentityId,
      MaxResults: 1,
      NextToken,
    });
    expect([first, second].map((page) => page.DeveloperUserIdentifierList)).toEqual([['ada'], ['lovelace']]);
    expect(second.NextToken).toBeUndefined();

    await backend.unlinkDeveloperIdentity({
      IdentityId,
      IdentityPoolId,
      DeveloperProviderName: developers,
      DeveloperUserIdentifier: 'ada',
    });
    expect((await vouchFor('ada')).IdentityId).not.toBe(IdentityId);
    expect((await vouchFor('lovelace')).IdentityId).toBe(IdentityId);
  });

  it('are registered with one identity, and linked by a login of the other', async () => {
    await vouchFor('ada');
    const guest = await getId();
    expect(await refusal(vouchFor('ada', guest))).toMatchObject({
      name: 'DeveloperUserAlreadyRegisteredException',
    });
    const id = await getId(await exampleLogin('eve'));
    expect(await refusal(vouchFor('eve', id))).toEqual(mismatch);
    expect((await vouchFor('eve', id, await exampleLogin('eve'))).IdentityId).toBe(id);
    expect(await refusal(vouchFor('ada', undefined, { 'login.other.backend': 'x' }))).toEqual(
      invalid('This identity pool does not support the specified developer provider'),
    );
  });
});

describe('the basic flow', () => {
  const update = (changes: Partial<CreateIdentityPoolCommandInput>) =>
    backend.updateIdentityPool({
      IdentityPoolId,
      IdentityPoolName: 'test',
      AllowUnauthenticatedIdentities: true,
      ...configuration(),
      ...changes,
    });
  const describePool = async () => (await backend.describeIdentityPool({ IdentityPoolId })).AllowClassicFlow;

  it('is there when nobody said anything about it, and when it is allowed', async () => {
    const IdentityId = await getId();
    expect(await describePool()).toBeUndefined();
    expect((await app.getOpenIdToken({ IdentityId })).Token).toBeTruthy();
    await update({ AllowClassicFlow: true });
    expect(await describePool()).toBe(true);
    expect((await app.getOpenIdToken({ IdentityId })).Token).toBeTruthy();
  });

  it('is refused where it is not allowed, or the pool maps roles', async () => {
    const IdentityId = await getId();
    await update({ AllowClassicFlow: false });
    expect(await describePool()).toBe(false);
    const Logins = await exampleLogin('ada');
    expect(await refusal(app.getOpenIdToken({ IdentityId, Logins }))).toEqual(
      invalid('Basic (classic) flow is not enabled, please use enhanced flow.'),
    );
    expect(await loginsOf(IdentityId)).toBeUndefined();
    await update({});
    expect(await describePool()).toBe(false);
    await update({ AllowClassicFlow: true });
    await backend.setIdentityPoolRoles({
      IdentityPoolId,
      Roles: {},
      RoleMappings: { [providerArn]: { Type: 'Token', AmbiguousRoleResolution: 'Deny' } },
    });
    expect(await refusal(app.getOpenIdToken({ IdentityId }))).toEqual(
      invalid('Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.'),
    );
  });
});
