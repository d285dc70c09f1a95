import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleRig, heading } from './rig/console.ts';
import { callDaypass } from './rig/daypass-api.ts';

const dist = new URL('../apps/console/dist/', import.meta.url).pathname;
const rig = consoleRig();
const { open, signIn, looksGood } = rig;

describe('the console', () => {
  const get = (path: string, headers = {}) => fetch(`${rig.dev().url}/_daypass/console${path}`, { headers });

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
    const answer = await fetch(`${rig.dev().url}/_daypass/console`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/_daypass/console/']);
    expect((await fetch(`${rig.dev().url}/_daypass/console/`, { method: 'POST' })).status).toBe(405);
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
    await page.getByLabel('Access key ID').fill(rig.credentials().accessKeyId);
    await page.getByLabel('Secret access key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'SignatureDoesNotMatch' }).waitFor();
    // The browser notes the refused call.
    expect(rig.complaints()).toEqual([expect.stringContaining('403')]);
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
    await page.keyboard.type(rig.credentials().accessKeyId);
    await page.keyboard.press('Tab');
    await page.keyboard.type(rig.credentials().secretAccessKey);
    await page.keyboard.press('Enter');
    await heading(page, 'Overview');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Overview');
  });
});

describe('the overview', () => {
  looksGood('overview', async (page) => {
    await signIn(page);
    await page.getByText('Ready', { exact: true }).waitFor();
    await welcomeGuest();
    await page.getByText('cognito-identity.amazonaws.com').waitFor({ timeout: 15_000 });
    await page
      .getByText(/^\d+ s ago/)
      .first()
      .waitFor({ timeout: 15_000 });
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
    const endpoint = { url: rig.dev().url, rootCredentials: rig.credentials() };
    const IdentityPoolId = rig.dev().identityPoolId;
    const ClientIds = { 'players.daypass.test': ['another-app'] };
    await callDaypass(endpoint, 'SetPoolSettings', { IdentityPoolId, Settings: { ClientIds } });
    const page = await open();
    await demo(page);
    await page.getByRole('button', { name: 'Edit settings' }).click();
    await page.getByLabel('How long credentials live').selectOption('15 minutes');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    const { Settings } = await callDaypass(endpoint, 'GetPoolSettings', { IdentityPoolId });
    expect(Settings).toMatchObject({ ClientIds, CredentialLifetime: 900, GuestScopeDown: 'AWS' });
  });
});

/** A guest comes in. */
async function welcomeGuest(): Promise<void> {
  const body = JSON.stringify({ IdentityPoolId: rig.dev().identityPoolId });
  const answer = await fetch(`${rig.dev().url}/_daypass/federate`, { method: 'POST', body });
  expect(answer.status).toBe(200);
}
