import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Dev, startDev } from 'daypass';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { account, type Endpoint, region } from './administrator.ts';

/** With `DAYPASS_SCREENSHOTS=folder` every page is left there as a picture, by its name, colours and width. */
const album = process.env.DAYPASS_SCREENSHOTS;
const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** The demo with its console in a real browser, for the tests of one file. */
export interface ConsoleRig {
  dev(): Dev;
  /** The root key. */
  credentials(): Endpoint['rootCredentials'];
  /** A new visitor at the console's door. */
  open(colorScheme?: 'light' | 'dark'): Promise<Page>;
  /** Lets a visitor in with the root key. */
  signIn(page: Page): Promise<Page>;
  /** What browsers complained of so far; a test that leaves any fails. */
  complaints(): string[];
  /** Makes tests that what is shown is accessible and fits, in both colours and at both widths. */
  looksGood(name: string, show: (page: Page) => Promise<unknown>): void;
}

/** To be called once at the top of a file. */
export function consoleRig(): ConsoleRig {
  const complaints: string[] = [];
  let data: string;
  let dev: Dev;
  let browser: Browser;
  let key: Endpoint['rootCredentials'];

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'daypass-console-'));
    dev = await startDev({ data, port: 0, gamePort: 0, oidcPort: 0, region, account });
    const credentials = await readFile(dev.credentialsFile, 'utf8');
    const value = (name: string): string => new RegExp(`${name} = (\\S+)`).exec(credentials)?.[1] ?? '';
    key = { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
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
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    // Violations of the content security policy stand in the browser's console too.
    expect(complaints.splice(0)).toEqual([]);
  });

  const open: ConsoleRig['open'] = async (colorScheme = 'light') => {
    // Nothing is looked at on its way from one colour to another.
    const reducedMotion = 'reduce';
    const context = await browser.newContext({
      colorScheme,
      reducedMotion,
      viewport: desktop,
      locale: 'en-GB',
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(dev.url)) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(`${dev.url}/_daypass/console/`);
    return page;
  };

  return {
    dev: () => dev,
    credentials: () => key,
    open,
    async signIn(page) {
      await page.getByLabel('Access key ID').fill(key.accessKeyId);
      await page.getByLabel('Secret access key').fill(key.secretAccessKey);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Overview');
      return page;
    },
    complaints: () => complaints.splice(0),
    looksGood(name, show) {
      it.each(['light', 'dark'] as const)(`${name} is accessible and fits, in %s`, async (colours) => {
        const page = await open(colours);
        await show(page);
        await page.waitForLoadState('networkidle');
        for (const viewport of [desktop, phone]) {
          await page.setViewportSize(viewport);
          expect(await flaws(page)).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
            viewport.width,
          );
          if (album === undefined) continue;
          const path = join(album, `${name}-${colours}-${viewport.width}.png`);
          await page.screenshot({ path, fullPage: viewport === phone });
        }
      });
    },
  };
}

/** Waits for the page of that title. */
export async function heading(page: Page, name: string): Promise<void> {
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
