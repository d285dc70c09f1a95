import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type * as client from '../index.ts';
import type * as storage from '../storage/index.ts';
import { type Listening, listen } from './listen.ts';

declare global {
  interface Window {
    /** The library, as the page imported it. */
    daypass: typeof client & typeof storage;
  }
}

export interface TestBrowser extends Listening {
  /** A browser profile of its own. */
  context(): Promise<BrowserContext>;
  /** A page with the library in `window.daypass`. */
  open(context: BrowserContext): Promise<Page>;
}

/** Chromium, and a server of a page that has bundled the library. */
export async function startBrowser(): Promise<TestBrowser> {
  const at = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const site = await servePage(`import * as client from ${at('../index.ts')};
    import * as storage from ${at('../storage/index.ts')};
    window.daypass = { ...client, ...storage };`);
  const browser = await launchChromium();
  return {
    endpoint: site.endpoint,
    context: () => browser.newContext(),
    async open(context) {
      const page = await context.newPage();
      await page.goto(site.endpoint);
      await page.waitForFunction(() => 'daypass' in window);
      return page;
    },
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}

/** A page that runs `source`, a module, bundled; what it posts to its own origin is for `answer`, as JSON both ways. */
export async function servePage(
  source: string,
  answer: (posted: string) => unknown = () => null,
): Promise<Listening> {
  const script = await bundle(source);
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') return void response.end(JSON.stringify(answer(await text(request))));
    const isScript = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : PAGE);
  });
  return listen(server);
}

const PAGE = '<!doctype html><script type="module" src="/page.js"></script>';

async function bundle(source: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? '\0entry' : null),
        load: (id) => (id === '\0entry' ? source : null),
      },
    ],
    build: { write: false, rolldownOptions: { input: 'entry', output: { format: 'es' } } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (!chunk) throw new Error('nothing was bundled');
  return chunk.code;
}
