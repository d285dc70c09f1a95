import { type Daypass, startDaypass } from '@daypass/server';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Accounts, startAccounts } from './rig/accounts.ts';
import { heading } from './rig/console.ts';
import { callDaypass } from './rig/daypass-api.ts';

describe('signing in to the console with an account', () => {
  let accounts: Accounts;
  let daypass: Daypass;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    accounts = await startAccounts({
      ada: { groups: ['staff', 'administrators'], email: 'ada@example.test', email_verified: true },
      bob: { groups: ['staff'], email: 'bob@example.test', email_verified: true },
    });
    daypass = await startDaypass({
      port: 0,
      logLevel: 'silent',
      providerOverrides: { [new URL(accounts.issuer).host]: accounts.url },
      consoleSignIn: {
        issuer: accounts.issuer,
        clientId: accounts.clientId,
        administrators: { groups: ['administrators'] },
      },
    });
    accounts.open(new URL('/_daypass/console/', daypass.url));
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await daypass?.close();
    await accounts?.close();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${daypass.url}/_daypass/console/`);
    return page;
  }

  const signInAs = async (page: Page, who: string): Promise<void> => {
    await page.getByRole('button', { name: 'Sign in with accounts.daypass.test' }).click();
    await page.getByRole('link', { name: who }).click();
  };

  it('lets an administrator in, who then works as the console’s role', async () => {
    const page = await open();
    await signInAs(page, 'ada');
    await heading(page, 'Overview');
    await page.getByText('DaypassConsole/ada@example.test').waitFor();
    expect(page.url()).toMatch(/\/_daypass\/console\/(?:#.*)?$/);
    await page.getByRole('link', { name: 'Roles', exact: true }).click();
    await page.getByText('DaypassConsole', { exact: true }).waitFor();
    // It stays signed in as long as the tab is open, and the code is not redeemed again.
    await page.reload();
    await heading(page, 'Roles');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with accounts.daypass.test' }).waitFor();
  });

  it('refuses whoever is none, and keeps why', async () => {
    const page = await open();
    await signInAs(page, 'bob');
    await page.getByText('You are not an administrator of this service.').waitFor();
    await page.getByLabel('Access key ID').waitFor();
    // The browser notes every answer that is an error.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
    const asked = { Operation: 'SignInToConsole', Outcome: 'REFUSED', MaxResults: 1 };
    const reasons = async () => (await callDaypass(daypass, 'ListAuditEvents', asked)).Events;
    await expect
      .poll(reasons, { timeout: 60_000 })
      .toMatchObject([
        { additionalEventData: { reason: 'bob has none of the claims that make an administrator' } },
      ]);
  });

  it('tells what the provider says to somebody who turned back', async () => {
    const page = await open();
    await signInAs(page, 'nobody');
    await page.getByText('accounts.daypass.test says: Nobody was chosen.').waitFor();
    await page.getByRole('button', { name: 'Sign in with accounts.daypass.test' }).waitFor();
  });

  it('believes no answer that it did not ask for', async () => {
    const page = await open();
    // A code that somebody else has planted, before and after this browser has left for the provider.
    await page.goto(`${daypass.url}/_daypass/console/?code=planted&state=planted`);
    await page.getByRole('button', { name: 'Sign in with accounts.daypass.test' }).click();
    await page.getByRole('link', { name: 'ada' }).waitFor();
    await page.goto(`${daypass.url}/_daypass/console/?code=planted&state=planted`);
    await page.getByText('This did not work').waitFor();
    expect(page.url()).not.toContain('planted');
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
  });

  it('says what the provider must allow, when its page may not redeem a code', async () => {
    accounts.letsPagesRedeem = false;
    const page = await open();
    await signInAs(page, 'ada');
    await page.getByText(`It must let ${daypass.url} redeem codes (CORS).`).waitFor();
    accounts.letsPagesRedeem = true;
    expect(complaints.splice(0)).not.toEqual([]);
  });

  it.each(['light', 'dark'] as const)('is accessible, and fits a phone, in %s', async (colours) => {
    const page = await open(colours);
    await page.getByRole('button', { name: 'Sign in with accounts.daypass.test' }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const folder = process.env.DAYPASS_SCREENSHOTS;
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/account-${colours}.png`, fullPage: true });
  });
});
