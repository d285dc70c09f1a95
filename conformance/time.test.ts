import { STS } from '@aws-sdk/client-sts';
import { type Daypass, startDaypass } from '@daypass/server';
import { startTestProvider, type TestProvider } from '@daypass/server/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '../packages/server/src/tokens/testing/issuer.ts';
import { administrator, region } from './rig/administrator.ts';
import { callPublic } from './rig/call.ts';
import { callDaypass } from './rig/daypass-api.ts';

const hour = 3600;

let clock: TestClock;
let provider: TestProvider;
let daypass: Daypass;
let IdentityPoolId: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  // What signs requests looks at the system's clock.
  clock = new TestClock(Date.now());
  provider = await startTestProvider({ key: 'accounts.google.com', clock });
  daypass = await startDaypass({
    port: 0,
    logLevel: 'silent',
    clock,
    providerOverrides: { [provider.key]: provider.url },
  });
  const admin = administrator(daypass);
  IdentityPoolId = await admin.createPool({
    AllowUnauthenticatedIdentities: true,
    SupportedLoginProviders: { [provider.key]: provider.clientId },
  });
  await admin.setRoles(IdentityPoolId, {
    authenticated: await admin.createRole('User', IdentityPoolId, 'authenticated'),
    unauthenticated: await admin.createRole('Guest', IdentityPoolId, 'unauthenticated'),
  });
});

afterEach(async () => {
  await daypass.close();
  await provider.close();
  vi.useRealTimers();
});

const loginOf = (sub: string) => ({ [provider.key]: provider.token({ sub }) });

async function getId(Logins?: Record<string, string>): Promise<string> {
  const { answer } = await callPublic(daypass.url, 'GetId', { IdentityPoolId, Logins });
  return answer.IdentityId ?? answer.message ?? '';
}

const getCredentials = (IdentityId: string, Logins?: Record<string, string>) =>
  callPublic(daypass.url, 'GetCredentialsForIdentity', { IdentityId, Logins });

describe('guests of a pool with GuestExpiry', () => {
  it('are gone when they were not seen for so long, and nobody else is', async () => {
    const Settings = { GuestExpiry: 2 * hour };
    await callDaypass(daypass, 'SetPoolSettings', { IdentityPoolId, Settings });
    const [gone, back, user] = [await getId(), await getId(), await getId(loginOf('ada'))];
    clock.advance(1.5 * hour);
    expect((await getCredentials(back)).status).toBe(200);
    await vi.advanceTimersByTimeAsync(60_000);
    clock.advance(hour);
    await vi.advanceTimersByTimeAsync(hour * 1000);
    await expect
      .poll(() => getCredentials(gone), { timeout: 30_000 })
      .toMatchObject({ status: 400, answer: { __type: 'ResourceNotFoundException' } });
    expect((await getCredentials(back)).status).toBe(200);
    expect(await getId(loginOf('ada'))).toBe(user);
    expect(await getId()).not.toBe(gone);
  });
});

describe('a clock that jumps back an hour', () => {
  it('stops nobody: sign-ins, sessions from before and sessions from after', async () => {
    clock.advance(hour);
    const ada = await getId(loginOf('ada'));
    const before = await getCredentials(ada, loginOf('ada'));
    clock.advance(-hour);

    expect(await getId(loginOf('ada'))).toBe(ada);
    const eve = await getId(loginOf('eve'));
    const after = await getCredentials(eve, loginOf('eve'));
    expect(await callerOf(before.answer.Credentials)).toContain('assumed-role/User/');
    expect(await callerOf(after.answer.Credentials)).toContain('assumed-role/User/');
  });

  it('lets in no token of the time that is to come again', async () => {
    clock.advance(hour);
    const Logins = { [provider.key]: provider.token({ nbf: clock.seconds }) };
    clock.advance(-hour);
    expect((await callPublic(daypass.url, 'GetId', { IdentityPoolId, Logins })).answer).toMatchObject({
      __type: 'NotAuthorizedException',
    });
  });

  it('undoes no revocation', async () => {
    const ada = await getId(loginOf('ada'));
    const { answer } = await getCredentials(ada, loginOf('ada'));
    expect(await callerOf(answer.Credentials)).toContain('assumed-role/User/');
    clock.advance(10);
    await callDaypass(daypass, 'RevokeSessions', { IdentityId: ada });
    clock.advance(-hour);
    await expect(callerOf(answer.Credentials)).rejects.toMatchObject({ name: 'ExpiredToken' });
  });
});

interface Issued {
  readonly AccessKeyId: string;
  readonly SecretKey: string;
  readonly SessionToken: string;
}

/** Who the service says the holder of credentials is. */
async function callerOf(credentials: object | undefined): Promise<string> {
  const { AccessKeyId, SecretKey, SessionToken } = credentials as Issued;
  const sts = new STS({
    endpoint: daypass.url,
    region,
    maxAttempts: 1,
    systemClockOffset: clock.now() - Date.now(),
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken },
  });
  return (await sts.getCallerIdentity()).Arn ?? '';
}
