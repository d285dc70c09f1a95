import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal, region } from './rig/administrator.ts';
import { consoleRig, heading, patience } from './rig/console.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { signIn as signInAtProvider } from './rig/sign-in.ts';

const rig = consoleRig();
const { at, looksGood } = rig;

describe('identities', () => {
  const identities = async () => {
    const page = await at('identities', rig.dev().identityPoolId);
    await page.getByRole('row').nth(1).waitFor();
    return page;
  };
  const one = async (subject: string) => {
    const page = await identities();
    await page.getByLabel('Subject begins with').fill(subject);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('row').filter({ hasText: subject }).getByRole('link').click();
    await page.getByRole('button', { name: 'Link a login' }).waitFor();
    return page;
  };

  beforeAll(async () => {
    await exchange(await tokenOf('ada'));
  }, patience);

  looksGood('identities-found', identities);
  looksGood('identity', () => one('ada'));

  it('are found by provider and by the beginning of their id', async () => {
    const page = await identities();
    const id = (await page.getByRole('cell').getByRole('link').first().textContent()) ?? '';
    await page.getByLabel('Identity id begins with').fill(id.slice('us-east-1:'.length, -6));
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
    expect(await page.getByRole('cell').getByRole('link').allTextContents()).toEqual([id]);
    await page.getByLabel('Provider').fill('nobody.example');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
  });

  it('are revoked, linked and deleted', async () => {
    const credentials = await exchange(await tokenOf('mary'));
    const page = await one('mary');
    await page.getByRole('button', { name: 'Revoke its sessions' }).click();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('Its sessions until now are revoked.').waitFor();
    expect(await mayListPools(credentials)).toMatch(/expired|revoked|not authorized|invalid/i);

    await page.getByRole('button', { name: 'Link a login' }).click();
    await page.getByLabel('Provider').last().fill('login.work.example');
    await page.getByLabel('Subject').fill('mary-at-work');
    await page.getByRole('button', { name: 'Link', exact: true }).click();
    await page.getByRole('listitem').filter({ hasText: 'mary-at-work' }).waitFor();

    await page.getByRole('button', { name: 'Delete the identity' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await heading(page, 'Identities');
    await page.getByLabel('Subject begins with').fill('mary');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
  });

  it('are parted from a login of any provider, and disabled with the last one', async () => {
    const IdentityPoolId = await backendPool();
    const IdentityId = await userOf(IdentityPoolId, 'nemo');
    const ned = { IdentityPoolId, IdentityId, Provider: 'login.work.example', Subject: 'ned' };
    await callDaypass(endpoint(), 'LinkLogin', ned);
    const page = await at('identities', IdentityPoolId, IdentityId);
    for (const [subject, warning] of [
      ['ned', 'gets another identity the next time'],
      ['nemo', 'without it the identity is disabled for good'],
    ]) {
      await page.getByRole('button', { name: `Unlink ${subject}` }).click();
      await page
        .getByRole('dialog')
        .getByText(warning ?? '')
        .waitFor();
      await page.getByRole('button', { name: 'Unlink', exact: true }).click();
      await page.getByRole('button', { name: `Unlink ${subject}` }).waitFor({ state: 'detached' });
    }
    await page.getByText('Disabled', { exact: true }).waitFor();
    await page.getByText('none any more').waitFor();
    expect(await page.getByRole('button', { name: 'Enable it again' }).count()).toBe(0);
  });

  it('are disabled and enabled again', async () => {
    const IdentityPoolId = await backendPool();
    const IdentityId = await userOf(IdentityPoolId, 'nemo');
    const page = await at('identities', IdentityPoolId, IdentityId);
    await page.getByRole('button', { name: 'Disable it' }).click();
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    expect(await refusal(userOf(IdentityPoolId, 'nemo'))).toMatchObject({ name: 'NotAuthorizedException' });

    await page.getByRole('link', { name: '← Identities' }).click();
    await page.getByLabel('State').selectOption('disabled');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('row').filter({ hasText: 'Disabled' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Enable it again' }).click();
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    await page.getByText('Enabled', { exact: true }).waitFor();
    expect(await userOf(IdentityPoolId, 'nemo')).toBe(IdentityId);
  });

  it('are merged, the one that goes on being chosen', async () => {
    const IdentityPoolId = await backendPool();
    const [nemo, ned] = [await userOf(IdentityPoolId, 'nemo'), await userOf(IdentityPoolId, 'ned')];
    const page = await at('identities', IdentityPoolId, nemo);
    await page.getByRole('button', { name: 'Merge with another' }).click();
    await page.getByLabel('The other identity’s id').fill(ned);
    await page.getByRole('dialog').getByText('ned', { exact: true }).waitFor();
    await page.getByLabel('Which one goes on').selectOption('other');
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    await heading(page, `…${ned.slice(-12)}`);
    await page.getByRole('button', { name: 'Unlink nemo' }).waitFor();
    await page.getByRole('button', { name: 'Unlink ned' }).waitFor();
    expect(await userOf(IdentityPoolId, 'nemo')).toBe(ned);
  });
});

describe('trying a token', () => {
  const tryToken = async (token: string) => {
    const page = await at('token', rig.dev().identityPoolId);
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.getByRole('button', { name: /^Try (the token|as a guest)/ }).click();
    return page;
  };

  looksGood('token-accepted', async () => {
    const page = await tryToken(await tokenOf('ada'));
    await page.getByRole('heading', { name: 'This exchange would work' }).waitFor();
    return page;
  });
  looksGood('token-refused', async () => {
    const page = await tryToken(`${(await tokenOf('ada')).slice(0, -8)}AAAAAAAA`);
    await page.getByRole('heading', { name: 'This exchange would be refused' }).waitFor();
    return page;
  });

  it('reads the login key from it, and shows a guest the statements that keep him out', async () => {
    const page = await tryToken(await tokenOf('ada'));
    await page.getByText('A session would begin').waitFor();
    expect(await page.getByLabel('Login key').inputValue()).toBe('players.daypass.test');
    await page.getByLabel('Token', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Try as a guest' }).click();
    await page.getByText(/:role\/ToppingOutGuest/).waitFor();
  });

  it('says why somebody was refused, by the request id', async () => {
    const body = JSON.stringify({
      IdentityPoolId: rig.dev().identityPoolId,
      Logins: { 'players.daypass.test': 'nonsense' },
    });
    const refused = await fetch(`${rig.dev().url}/_daypass/federate`, { method: 'POST', body });
    const page = await at('token');
    await page.getByLabel('Request id').fill(refused.headers.get('x-amzn-requestid') ?? '');
    await page.getByRole('button', { name: 'Say why' }).click();
    await page.getByText('Federate: NotAuthorizedException').waitFor();
    await page.getByText('Because:').waitFor();
  });
});

function endpoint() {
  return { url: rig.dev().url, rootCredentials: rig.credentials() };
}

/** A new pool for the users of one's own backend. */
function backendPool(): Promise<string> {
  return administrator(endpoint()).createPool({ DeveloperProviderName: 'login.harbour' });
}

/** The identity of a user whom the backend vouches for. */
async function userOf(IdentityPoolId: string, user: string): Promise<string> {
  const { cognito } = administrator(endpoint());
  const Logins = { 'login.harbour': user };
  const { IdentityId = '' } = await cognito.getOpenIdTokenForDeveloperIdentity({ IdentityPoolId, Logins });
  return IdentityId;
}

interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretKey: string;
  readonly SessionToken: string;
}

/** The ID token of a player of the demo. */
async function tokenOf(player: string): Promise<string> {
  const config = await fetch(`${rig.dev().gameUrl}/config.json`);
  const { clientId }: { clientId: string } = JSON.parse(await config.text());
  return signInAtProvider({
    providerUrl: rig.dev().openIdProviderUrl,
    redirectUri: `${rig.dev().gameUrl}/`,
    clientId,
    player,
  });
}

async function exchange(token: string): Promise<Credentials> {
  const Logins = { 'players.daypass.test': token };
  const body = JSON.stringify({ IdentityPoolId: rig.dev().identityPoolId, Logins });
  const answer = await fetch(`${rig.dev().url}/_daypass/federate`, { method: 'POST', body });
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text()).Credentials;
}

/** The refusal of a call with credentials. */
async function mayListPools({ AccessKeyId, SecretKey, SessionToken }: Credentials): Promise<string> {
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken };
  const cognito = new CognitoIdentity({
    endpoint: rig.dev().url,
    region: region,
    credentials,
    maxAttempts: 1,
  });
  return (await refusal(cognito.listIdentityPools({ MaxResults: 1 }))).message;
}
