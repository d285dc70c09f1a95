import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Dev, startDev } from 'daypass';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { account, type Endpoint, region } from './administrator.ts';

/** With `DAYPASS_SCREENSHOTS=folder` every page is left there as a picture, by its name, colours and width. */
const album = process.env.DAYPASS_SCREENSHOTS;
const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** What a test may take on a machine with much else to do, in milliseconds; a single condition half of it. */
export const patience = 120_000;

/** The demo with its console in a real browser, for the tests of one file. */
export interface ConsoleRig {
  dev(): Dev;
  /** The root key. */
  credentials(): Endpoint['rootCredentials'];
  /** A new visitor at the console's door, with nothing kept from anybody before. */
  open(): Promise<Page>;
  /** Lets a visitor in with the root key. */
  signIn(page: Page): Promise<Page>;
  /** A page of the console, just loaded, with an operator signed in: one and the same tab in all tests of a file. */
  at(...parts: readonly string[]): Promise<Page>;
  /** What browsers complained of so far; a test that leaves any fails. */
  complaints(): string[];
  /** Makes a test that the page shown is accessible and fits, in both colours and at both widths. */
  looksGood(name: string, show: () => Promise<Page>): void;
}

/** To be called once at the top of a file. */
export function consoleRig(): ConsoleRig {
  const complaints: string[] = [];
  let data: string;
  let dev: Dev;
  let browser: Browser;
  let key: Endpoint['rootCredentials'];
  let operator: Promise<Page> | undefined;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'daypass-console-'));
    dev = await startDev({ data, port: 0, gamePort: 0, oidcPort: 0, region, account });
    const credentials = await readFile(dev.credentialsFile, 'utf8');
    const value = (name: string): string => new RegExp(`${name} = (\\S+)`).exec(credentials)?.[1] ?? '';
    key = { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
      timeout: patience,
    });
  }, patience);
  afterAll(async () => {
    await browser?.close();
    await dev?.close();
    await rm(data, { recursive: true, force: true });
  }, patience);
  afterEach(async () => {
    const kept = (await operator)?.context();
    for (const context of browser.contexts()) if (context !== kept) await context.close();
    // Violations of the content security policy stand in the browser's console too.
    expect(complaints.splice(0)).toEqual([]);
  });

  async function visitor(): Promise<Page> {
    const context = await browser.newContext({
      colorScheme: 'light',
      // Nothing is looked at on its way from one place or colour to another.
      reducedMotion: 'reduce',
      viewport: desktop,
      locale: 'en-GB',
    });
    context.setDefaultTimeout(patience / 2);
    listen(context);
    return context.newPage();
  }

  function listen(context: BrowserContext): void {
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      // Refusals are told below, with what was asked for.
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
    });
    context.on('request', (request) => {
      if (!request.url().startsWith(dev.url)) complaints.push(`asked for ${request.url()}`);
    });
    context.on('response', (response) => {
      const target = response.request().headers()['x-amz-target'] ?? response.url();
      // The way to learn that a provider has no principal tags.
      const isQuestion = target.endsWith('.GetPrincipalTagAttributeMap') && response.status() === 400;
      if (response.status() >= 400 && !isQuestion) complaints.push(`${target}: ${response.status()}`);
    });
  }

  const url = (): string => `${dev.url}/_daypass/console/`;
  const open: ConsoleRig['open'] = async () => {
    const page = await visitor();
    await page.goto(url());
    return page;
  };
  const signIn: ConsoleRig['signIn'] = async (page) => {
    await page.getByLabel('Access key ID').fill(key.accessKeyId);
    await page.getByLabel('Secret access key').fill(key.secretAccessKey);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await heading(page, 'Overview');
    return page;
  };
  const at: ConsoleRig['at'] = async (...parts) => {
    operator ??= open().then(signIn);
    const page = await operator;
    await page.setViewportSize(desktop);
    // Another document in between, or a change of the fragment alone would load nothing.
    await page.goto('about:blank');
    await page.goto(`${url()}#/${parts.map(encodeURIComponent).join('/')}`);
    return page;
  };

  return {
    dev: () => dev,
    credentials: () => key,
    open,
    signIn,
    at,
    complaints: () => complaints.splice(0),
    looksGood(name, show) {
      it(`${name} is accessible and fits`, { timeout: patience }, async () => {
        const page = await show();
        await settled(page);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          for (const viewport of [desktop, phone]) {
            await page.setViewportSize(viewport);
            const where = `${colorScheme}, ${viewport.width} px`;
            expect(await flaws(page), where).toEqual([]);
            const width = await page.evaluate('document.documentElement.scrollWidth');
            expect(width, where).toBeLessThanOrEqual(viewport.width);
            if (album === undefined) continue;
            const path = join(album, `${name}-${colorScheme}-${viewport.width}.png`);
            await page.screenshot({ path, fullPage: true });
          }
        }
        await page.emulateMedia({ colorScheme: 'light' });
      });
    },
  };
}

/** Waits for the page of that title. */
export async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

/** Waits until nothing is loading any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('.progress, [aria-busy=true]').first().waitFor({ state: 'detached' });
}

/** What axe finds wrong, each with the elements it is about. */
async function flaws(page: Page): Promise<unknown> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run({ resultTypes: ["violations"] })')) as axe.AxeResults;
  return violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, any }) => [html, any[0]?.message]),
  }));
}
