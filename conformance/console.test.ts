import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleRig, heading, patience } from './rig/console.ts';

const rig = consoleRig();
const { open, signIn, at, looksGood } = rig;

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
});

describe('signing in', { timeout: patience }, () => {
  looksGood('sign-in', async () => {
    const page = await open();
    await heading(page, 'Operators’ entrance');
    return page;
  });

  it('refuses a key that is not right', async () => {
    const page = await open();
    await page.getByLabel('Access key ID').fill(rig.credentials().accessKeyId);
    await page.getByLabel('Secret access key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'SignatureDoesNotMatch' }).waitFor();
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
    expect(await focused(page)).toBe('Overview');
    await press(page, 'Shift+Tab', 'Pools');
    await page.keyboard.press('Enter');
    await heading(page, 'Pools');
    await press(page, 'Tab', 'Topping Out');
    await page.keyboard.press('Enter');
    await heading(page, 'Topping Out');
    await press(page, 'Tab', 'Delete the pool …');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await press(page, 'Tab', 'Cancel');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Delete the pool …');
  });
});

describe('every page', () => {
  const pages = [
    { path: 'pools', title: 'Pools' },
    { path: 'identities', title: 'Identities' },
    { path: 'token', title: 'Try a token' },
    { path: 'roles', title: 'Roles' },
    { path: 'access', title: 'Who can do what' },
    { path: 'audit', title: 'Audit' },
  ];
  for (const { path, title } of pages) {
    looksGood(path, async () => {
      const page = await at(path);
      await heading(page, title);
      return page;
    });
  }

  looksGood('overview', async () => {
    const body = JSON.stringify({ IdentityPoolId: rig.dev().identityPoolId });
    const guest = await fetch(`${rig.dev().url}/_daypass/federate`, { method: 'POST', body });
    expect(guest.status).toBe(200);
    const page = await at('');
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByText('Guests', { exact: true }).waitFor();
    // A line takes two points, so three readings.
    await page.locator('.chart .line').nth(2).waitFor({ state: 'attached' });
    return page;
  });

  it('comes into view in a time that is told', { timeout: patience }, async () => {
    const firstViews: string[] = [];
    for (const [page, title] of [
      [await open(), 'Operators’ entrance'],
      [await at(''), 'Overview'],
    ] as const) {
      await heading(page, title);
      const paint = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime';
      firstViews.push(`${title} after ${Math.round(Number(await page.evaluate(paint)))} ms`);
    }
    console.info(`console in view: ${firstViews.join(', ')}`);
  });
});

/** What is written on whatever has the focus. */
async function focused(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.innerText')).trim();
}

/** Presses a key until what has that text has the focus. */
async function press(page: Page, key: string, text: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press(key);
    if ((await focused(page)) === text) return;
  }
  throw new Error(`${key} does not lead to ${text}`);
}
