import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import axe from 'axe-core';
import { type Dev, startDev } from 'daypass';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from './rig/administrator.ts';
import { signIn as signInAtProvider } from './rig/sign-in.ts';

/** With `DAYPASS_SCREENSHOTS=folder` every page is left there as a picture, by its name, colours and width. */
const album = process.env.DAYPASS_SCREENSHOTS;
const dist = new URL('../apps/console/dist/', import.meta.url).pathname;
const place = { region: 'us-east-1', account: '000000000000' } as const;

let data: string;
let dev: Dev;
let browser: Browser;
let key: { readonly id: string; readonly secret: string };

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'daypass-console-'));
  dev = await startDev({ data, port: 0, gamePort: 0, oidcPort: 0, ...place });
  const credentials = await readFile(dev.credentialsFile, 'utf8');
  const value = (name: string): string => new RegExp(`${name} = (\\S+)`).exec(credentials)?.[1] ?? '';
  key = { id: value('aws_access_key_id'), secret: value('aws_secret_access_key') };
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
  });
});

afterAll(async () => {
  await browser?.close();
  await dev?.close();
  await rm(data, { recursive: true, force: true });
});

const complaints: string[] = [];

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  // Violations of the content security policy stand in the browser's console too.
  expect(complaints.splice(0)).toEqual([]);
});

type Colours = 'light' | 'dark';
const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

async function open(colorScheme: Colours = 'light', viewport = desktop): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport, locale: 'en-GB' });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(dev.url)) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`${dev.url}/_daypass/console/`);
  return page;
}

async function signIn(page: Page): Promise<Page> {
  await page.getByLabel('Access key ID').fill(key.id);
  await page.getByLabel('Secret access key').fill(key.secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Overview');
  return page;
}

async function heading(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** What axe finds wrong, each with the elements it is about. */
async function flaws(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, any }) => [html, any[0]?.message]),
  }));
}

/** Holds in both colours and at both widths; leaves the pictures. */
function looksGood(name: string, show: (page: Page) => Promise<void>): void {
  it.each(['light', 'dark'] as const)('is accessible and fits, in %s', async (colours) => {
    const page = await open(colours);
    await show(page);
    await page.waitForLoadState('networkidle');
    for (const viewport of [desktop, phone]) {
      await page.setViewportSize(viewport);
      expect(await flaws(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
      if (album === undefined) continue;
      const path = join(album, `${name}-${colours}-${viewport.width}.png`);
      await page.screenshot({ path, fullPage: viewport === phone });
    }
  });
}

describe('the console', () => {
  const get = (path: string, headers = {}) => fetch(`${dev.url}/_daypass/console${path}`, { headers });

  it('is served with a policy that lets its own files run and nothing else', async () => {
    const answer = await get('/');
    expect(answer.status).toBe(200);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toContain('unsafe');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(await answer.text()).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
  });

  it('is asked for again by its tag, and its assets never', async () => {
    const page = await get('/');
    const tag = page.headers.get('etag') ?? '';
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect((await get('/', { 'if-none-match': tag })).status).toBe(304);
    const [asset = ''] = /assets\/[^"]+\.js/.exec(await page.text()) ?? [];
    expect((await get(`/${asset}`)).headers.get('cache-control')).toMatch(/max-age=31536000, immutable/);
  });

  it.each(['/missing.js', '/assets/..%2f..%2fpackage.json', '//', '/assets/'])(
    'has nothing at %s',
    async (path) => {
      const answer = await get(path);
      expect([403, 404]).toContain(answer.status);
    },
  );

  it('has a door without a slash, and takes no posts', async () => {
    const answer = await fetch(`${dev.url}/_daypass/console`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/_daypass/console/']);
    expect((await fetch(`${dev.url}/_daypass/console/`, { method: 'POST' })).status).toBe(405);
  });

  it('weighs at most 200 KB', async () => {
    const names = await readdir(dist, { recursive: true });
    const files = names.filter((name) => /\.(js|css|html)$/.test(name));
    expect(files).toHaveLength(3);
    const sizes = await Promise.all(
      files.map(async (name) => gzipSync(await readFile(join(dist, name))).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200 * 1024);
  });
});

describe('signing in', () => {
  looksGood('sign-in', async (page) => heading(page, 'Operators’ entrance'));

  it('refuses a key that is not right', async () => {
    const page = await open();
    await page.getByLabel('Access key ID').fill(key.id);
    await page.getByLabel('Secret access key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'SignatureDoesNotMatch' }).waitFor();
    // The browser notes the refused call.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('403')]);
  });

  it('keeps the key in this tab alone, until one signs out', async () => {
    const page = await signIn(await open());
    await page.reload();
    await heading(page, 'Overview');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await heading(other, 'Operators’ entrance');
    expect(await page.evaluate('[localStorage.length, document.cookie]')).toEqual([0, '']);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Operators’ entrance');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('works without a mouse', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.type(key.id);
    await page.keyboard.press('Tab');
    await page.keyboard.type(key.secret);
    await page.keyboard.press('Enter');
    await heading(page, 'Overview');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Overview');
  });
});

describe('the overview', () => {
  looksGood('overview', async (page) => {
    await signIn(page);
    await page.getByText('Ready', { exact: true }).waitFor();
    await exchange();
    await page.getByText('cognito-identity.amazonaws.com').waitFor({ timeout: 15_000 });
  });
});

describe('pools', () => {
  const pools = async (page: Page) => {
    await signIn(page);
    await page.getByRole('link', { name: 'Pools', exact: true }).click();
    await heading(page, 'Pools');
  };
  const demo = async (page: Page) => {
    await pools(page);
    await page.getByRole('link', { name: 'Topping Out' }).click();
    await heading(page, 'Topping Out');
  };

  looksGood('pools', pools);
  looksGood('pool', demo);
  looksGood('pool-edit', async (page) => {
    await demo(page);
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.getByLabel('players.daypass.test').waitFor();
  });
  looksGood('pool-roles', async (page) => {
    await demo(page);
    await page.getByRole('link', { name: 'Edit roles' }).click();
    await page.getByRole('button', { name: 'Add the mapping' }).click();
  });
  looksGood('pool-settings', async (page) => {
    await demo(page);
    await page.getByRole('button', { name: 'Edit settings' }).click();
    await page.getByLabel('What limits guests').selectOption('POLICY');
    await page
      .getByLabel('The guests’ policy')
      .fill('{ "Version": "2012-10-17",\n  "Statement": [{ "Effect": "allow" }] }');
    await page.getByText('line 2, Statement[0].Effect: Effect is "Allow" or "Deny"').waitFor();
  });

  it('are made, given roles by rules, shown as code and deleted', async () => {
    const page = await open();
    await pools(page);
    await page.getByRole('link', { name: 'Create a pool' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Harbour');
    await page.getByLabel('players.daypass.test').check();
    await page.getByRole('button', { name: 'Add a public provider' }).click();
    await page.getByLabel('Client ID').fill('1234.apps.googleusercontent.com');
    await page.getByRole('button', { name: 'Create the pool' }).click();

    await heading(page, 'Roles of Harbour');
    await page.getByLabel('Those who are signed in').selectOption('ToppingOutPlayer');
    await page.getByLabel('For users of').selectOption('accounts.google.com');
    await page.getByRole('button', { name: 'Add the mapping' }).click();
    await page.getByLabel('Claim').fill('hd');
    await page.getByLabel('Value').fill('example.com');
    await page.getByLabel('Role', { exact: true }).selectOption('ToppingOutGuest');
    await page.getByRole('button', { name: 'Save the roles' }).click();

    await heading(page, 'Harbour');
    await page.getByRole('listitem').filter({ hasText: 'hd is example.com → ToppingOutGuest' }).waitFor();
    await page.getByText('"accounts.google.com": "1234.apps.googleusercontent.com"').waitFor();
    await page.getByRole('tab', { name: 'CloudFormation' }).press('ArrowRight');
    await page.getByText('resource "aws_cognito_identity_pool_roles_attachment" "pool"').waitFor();

    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Let guests in').check();
    await page.getByRole('button', { name: 'Save the pool' }).click();
    await page.getByText('Let in without a token').waitFor();

    await page.getByRole('button', { name: 'Delete the pool' }).click();
    await page.getByLabel('Type the pool’s name, Harbour').fill('Harbor');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('alert').filter({ hasText: 'This is not the name' }).waitFor();
    await page.getByLabel('Type the pool’s name, Harbour').fill('Harbour');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await heading(page, 'Pools');
    await page.getByRole('link', { name: 'Topping Out' }).waitFor();
    expect(await page.getByRole('link', { name: 'Harbour' }).count()).toBe(0);
  });

  it('keep what the console does not edit when their settings change', async () => {
    const page = await open();
    await demo(page);
    await page.getByRole('button', { name: 'Edit settings' }).click();
    await page.getByLabel('How long credentials live').selectOption('15 minutes');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    await page.getByText('15 minutes').waitFor();
  });
});

describe('identities', () => {
  const identities = async (page: Page) => {
    await exchange(await tokenOf('ada'));
    await signIn(page);
    await page.getByRole('link', { name: 'Identities', exact: true }).click();
    await page.getByText('at players.daypass.test').first().waitFor();
  };
  const one = async (page: Page) => {
    await identities(page);
    await page.getByLabel('Subject begins with').fill('ada');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('row').filter({ hasText: 'ada' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Link a login' }).waitFor();
  };

  looksGood('identities', identities);
  looksGood('identity', one);

  it('are found by provider and by the beginning of their id', async () => {
    const page = await open();
    await identities(page);
    const id = (await page.getByRole('cell').getByRole('link').first().textContent()) ?? '';
    await page.getByLabel('Identity id begins with').fill(id.slice('us-east-1:'.length, -6));
    await page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(() => page.getByRole('cell').getByRole('link').allTextContents()).toEqual([id]);
    await page.getByLabel('Provider').fill('nobody.example');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
  });

  it('are revoked, linked, unlinked and deleted', async () => {
    const credentials = await exchange(await tokenOf('mary'));
    const page = await open();
    await identities(page);
    await page.getByRole('row').filter({ hasText: 'mary' }).getByRole('link').click();
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
});

describe('trying a token', () => {
  const tryToken = async (page: Page, token: string) => {
    await signIn(page);
    await page.getByRole('link', { name: 'Try a token', exact: true }).click();
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.getByRole('button', { name: /^Try (the token|as a guest)/ }).click();
  };

  looksGood('token', async (page) => {
    await tryToken(page, await tokenOf('ada'));
    await page.getByRole('heading', { name: 'This exchange would work' }).waitFor();
  });
  looksGood('token-refused', async (page) => {
    await tryToken(page, `${(await tokenOf('ada')).slice(0, -8)}AAAAAAAA`);
    await page.getByRole('heading', { name: 'This exchange would be refused' }).waitFor();
  });

  it('reads the login key from it, and shows a guest the statements that keep him out', async () => {
    const page = await open();
    await tryToken(page, await tokenOf('ada'));
    await page.getByText('A session would begin').waitFor();
    expect(await page.getByLabel('Login key').inputValue()).toBe('players.daypass.test');
    await page.getByLabel('Token', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Try as a guest' }).click();
    await page.getByText(/:role\/ToppingOutGuest/).waitFor();
  });

  it('says why somebody was refused, by the request id', async () => {
    const body = JSON.stringify({
      IdentityPoolId: dev.identityPoolId,
      Logins: { 'players.daypass.test': 'nonsense' },
    });
    const refused = await fetch(`${dev.url}/_daypass/federate`, { method: 'POST', body });
    const page = await signIn(await open());
    await page.getByRole('link', { name: 'Try a token', exact: true }).click();
    await page.getByLabel('Request id').fill(refused.headers.get('x-amzn-requestid') ?? '');
    await page.getByRole('button', { name: 'Say why' }).click();
    await page.getByText('Federate: NotAuthorizedException').waitFor();
    await page.getByText('Because:').waitFor();
  });
});

describe('roles', () => {
  const roles = async (page: Page) => {
    await signIn(page);
    await page.getByRole('link', { name: 'Roles', exact: true }).click();
    await page.getByRole('link', { name: 'ToppingOutPlayer' }).waitFor();
  };
  const player = async (page: Page) => {
    await roles(page);
    await page.getByRole('link', { name: 'ToppingOutPlayer' }).click();
    await page.getByLabel('Trust policy').waitFor();
  };

  looksGood('roles', roles);
  looksGood('role', player);
  looksGood('role-new', async (page) => {
    await roles(page);
    await page.getByRole('link', { name: 'Create a role' }).click();
    await page.getByText('Valid, 1 statement').waitFor();
  });

  it('are checked while they are typed, and cannot be saved before they are valid', async () => {
    const page = await open();
    await player(page);
    const trust = page.getByLabel('Trust policy');
    const written = await trust.inputValue();
    await trust.fill(written.replace('"Allow"', '"Alow"'));
    await page.getByText('line 5, Statement[0].Effect: Effect is "Allow" or "Deny"').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await trust.inputValue()).toBe(written);
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  });

  it('are made for a pool, given a policy, changed and deleted', async () => {
    const page = await open();
    await roles(page);
    await page.getByRole('link', { name: 'Create a role' }).click();
    await page.getByLabel('Name').fill('Pilot');
    await page.getByLabel('For', { exact: true }).selectOption('guests');
    expect(await page.getByLabel('Trust policy').inputValue()).toContain('"unauthenticated"');
    await page.getByRole('button', { name: 'Create the role' }).click();

    await heading(page, 'Pilot');
    await page.getByRole('heading', { name: 'It allows nothing yet' }).waitFor();
    await page.getByRole('button', { name: 'Add a policy' }).click();
    await page.getByLabel('Name').fill('own');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const policy = page.getByLabel('What own allows');
    await policy.fill((await policy.inputValue()).replace('my-bucket', 'harbour'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('own is saved').waitFor();
    await page.reload();
    expect(await policy.inputValue()).toContain('arn:aws:s3:::harbour/private/');

    await page.getByRole('button', { name: 'Delete the role' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await heading(page, 'Roles');
    await page.getByRole('link', { name: 'ToppingOutGuest' }).waitFor();
    expect(await page.getByRole('link', { name: 'Pilot' }).count()).toBe(0);
  });
});

describe('who can do what', () => {
  const ask = async (page: Page, resource: string) => {
    await signIn(page);
    await page.getByRole('link', { name: 'Who can do what' }).click();
    await page.getByLabel('Identity id').fill('us-east-1:ada');
    await page.getByLabel('Resource').fill(resource);
    await page.getByRole('button', { name: 'May they?' }).click();
  };
  const verdict = (page: Page, name: 'Allowed' | 'Denied') => page.getByRole('heading', { name }).waitFor();

  looksGood('access-allowed', async (page) => {
    await ask(page, 'arn:aws:s3:::topping-out/private/us-east-1:ada/round.json');
    await verdict(page, 'Allowed');
  });
  looksGood('access-denied', async (page) => {
    await ask(page, 'arn:aws:s3:::topping-out/private/us-east-1:grace/round.json');
    await verdict(page, 'Denied');
  });

  it('names the statement that decides, and the service answers for guests', async () => {
    const page = await open();
    await ask(page, 'arn:aws:s3:::topping-out/private/us-east-1:ada/round.json');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'OwnReplays' })
      .getByText('this one decides')
      .waitFor();
    await page.getByLabel('Identity id').fill('');
    await page.getByLabel('A guest').check();
    await page.getByLabel('Action').fill('dynamodb:Query');
    await page
      .getByLabel('Resource')
      .fill('arn:aws:dynamodb:us-east-1:000000000000:table/highscores/index/by-points');
    await page.getByRole('button', { name: 'May they?' }).click();
    await verdict(page, 'Allowed');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'ReadHighScores' })
      .getByText('this one decides')
      .waitFor();
  });
});

interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretKey: string;
  readonly SessionToken: string;
}

/** The ID token of a player of the demo. */
async function tokenOf(player: string): Promise<string> {
  const config = await fetch(`${dev.gameUrl}/config.json`);
  const { clientId }: { clientId: string } = JSON.parse(await config.text());
  return signInAtProvider({
    providerUrl: dev.openIdProviderUrl,
    redirectUri: `${dev.gameUrl}/`,
    clientId,
    player,
  });
}

async function exchange(token?: string): Promise<Credentials> {
  const Logins = token === undefined ? {} : { 'players.daypass.test': token };
  const body = JSON.stringify({ IdentityPoolId: dev.identityPoolId, Logins });
  const answer = await fetch(`${dev.url}/_daypass/federate`, { method: 'POST', body });
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text()).Credentials;
}

/** The refusal of a call with credentials. */
async function mayListPools({ AccessKeyId, SecretKey, SessionToken }: Credentials): Promise<string> {
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken };
  const cognito = new CognitoIdentity({
    endpoint: dev.url,
    region: place.region,
    credentials,
    maxAttempts: 1,
  });
  return (await refusal(cognito.listIdentityPools({ MaxResults: 1 }))).message;
}
