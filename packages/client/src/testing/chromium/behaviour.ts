import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { Backend } from '../behaviour/rig.ts';
import { launchChromium, servePage } from '../browser.ts';
import { type Relay, startRelay } from '../relay.ts';
import type { Change, Result } from './page.ts';

/**
 * What the client promises, checked in a page of Chromium against any service that speaks one of its two protocols. The
 * page runs all of it first; then each test tells how it went there.
 */
export async function describeInChromium(name: string, start: () => Promise<Backend>): Promise<void> {
  const results = await runInChromium(name, start);
  describe(name, () => {
    for (const { name, errors } of results) {
      it(name, () => {
        expect(errors).toEqual([]);
      });
    }
  });
}

async function runInChromium(name: string, start: () => Promise<Backend>): Promise<Result[]> {
  const open: { close(): Promise<unknown> }[] = [];
  const opened = <Part extends { close(): Promise<unknown> }>(part: Part): Part => {
    open.unshift(part);
    return part;
  };
  try {
    const backend = opened(await start());
    const relay = opened(await startRelay(backend.endpoint, { keepAlive: false }));
    const browser = opened(await launchChromium());
    const page = await browser.newPage();
    const site = opened(
      await servePage(`import { runTests } from ${script}; window.runTests = runTests;`, (posted) => {
        make(JSON.parse(posted), relay);
        relay.before = ({ method }) => method !== 'OPTIONS' && page.evaluate(() => window.beforeRequest?.());
        return relay.requests;
      }),
    );
    await page.exposeFunction('mintToken', backend.token);
    await page.goto(site.endpoint);
    await page.waitForFunction(() => 'runTests' in window);

    const { protocol, pools, providers } = backend;
    const setting = { endpoint: relay.endpoint, protocol, pools, providers };
    // Where vitest keeps the settings of this run, which the page's tests run under.
    const { config } = Reflect.get(globalThis, '__vitest_worker__');
    return await page.evaluate(
      ([name, setting, config]) => window.runTests(name, setting, JSON.parse(config)),
      [name, setting, JSON.stringify(config)] as const,
    );
  } finally {
    for (const part of open) await part.close();
    vi.useRealTimers();
  }
}

const script = JSON.stringify(fileURLToPath(new URL('page.ts', import.meta.url)));

function make({ reset, fail = [], always, ahead, now }: Change, relay: Relay): void {
  if (reset) relay.reset();
  relay.fail(...fail);
  if (always !== undefined) relay.always = always ?? undefined;
  if (ahead !== undefined) relay.ahead = ahead;
  if (now !== undefined) vi.useFakeTimers({ toFake: ['Date'], now });
}
