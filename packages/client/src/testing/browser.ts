import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
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
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === '/daypass.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : PAGE);
  });
  const listening = await listen(server);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  return {
    endpoint: listening.endpoint,
    context: () => browser.newContext(),
    async open(context) {
      const page = await context.newPage();
      await page.goto(listening.endpoint);
      await page.waitForFunction(() => 'daypass' in window);
      return page;
    },
    async close() {
      await browser.close();
      await listening.close();
    },
  };
}

const PAGE = '<!doctype html><script type="module" src="/daypass.js"></script>';

async function bundle(): Promise<string> {
  const at = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const entry = `import * as client from ${at('../index.ts')};
    import * as storage from ${at('../storage/index.ts')};
    window.daypass = { ...client, ...storage };`;
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? '\0entry' : null),
        load: (id) => (id === '\0entry' ? entry : null),
      },
    ],
    build: { write: false, rolldownOptions: { input: 'entry', output: { format: 'es' } } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (!chunk) throw new Error('nothing was bundled');
  return chunk.code;
}
