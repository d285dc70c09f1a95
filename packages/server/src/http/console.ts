import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Where the operator's console is served; the console itself is built for this path. */
const consolePath = '/_daypass/console/';

interface File {
  readonly type: string;
  readonly plain: Representation;
  readonly gzipped: Representation;
}

/** A strong `etag` names bytes, so each encoding has its own (RFC 9110, section 8.8.3.3). */
interface Representation {
  readonly body: Buffer;
  readonly etag: string;
  readonly encoding?: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The console handles an administrator's key, so its pages run nothing but their own files and talk to this service
 * and, where one is configured, to the OpenID provider that administrators sign in at.
 */
function contentPolicy(signIn: ConsoleSignInPage | undefined): string {
  const provider = signIn?.tokenEndpoint === undefined ? '' : ` ${signIn.tokenEndpoint.origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${provider}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** `cross-origin-opener-policy` keeps pages that the gateway serves from this origin away from the console's window. */
const security = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** How to sign in with an account; without endpoints while the provider cannot be asked for them. */
export interface ConsoleSignInPage {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly authorizationEndpoint?: URL;
  readonly tokenEndpoint?: URL;
}

/** What the console has to know before anybody is signed in. */
export interface ConsolePlace {
  /** What its requests must be signed for. */
  readonly region: string;
  /** Undefined where the console takes access keys alone. */
  readonly signIn?: () => Promise<ConsoleSignInPage>;
}

/** Answers a request below `consolePath`. */
export type ServeConsole = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  place: ConsolePlace,
) => Promise<void>;

/** Serves the console that is built into `folder`, undefined for an installation that leaves it out. */
export function consoleSite(folder: string | undefined): ServeConsole {
  let built: Promise<Files> | undefined;

  /** Read once; none while the console is not built. */
  async function builtFiles(): Promise<Files> {
    built ??= readFiles(folder);
    const files = await built;
    if (files.size === 0) built = undefined;
    return files;
  }

  return async (request, response, path, place) => {
    const signIn = await place.signIn?.();
    const answer = (
      status: number,
      headers: Readonly<Record<string, string>>,
      body?: string | Buffer,
    ): void => {
      const policy = { 'content-security-policy': contentPolicy(signIn) };
      response.writeHead(status, { ...policy, ...security, ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, { allow: 'GET, HEAD' });
    const name = path.slice(consolePath.length);
    if (path === consolePath.slice(0, -1)) return answer(308, { location: consolePath });
    if (name === 'config.json') {
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
      return answer(200, headers, JSON.stringify({ region: place.region, signIn }));
    }
    const files = await builtFiles();
    if (files.size === 0) return answer(404, { 'content-type': 'text/html; charset=utf-8' }, notBuilt);
    const file = files.get(name === '' ? 'index.html' : name);
    if (file === undefined) return answer(404, { 'content-type': 'text/plain' }, 'There is no such page.\n');
    // The names of assets carry a hash of what is in them.
    const cache = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    const { body, etag, encoding } = takesGzip(request) ? file.gzipped : file.plain;
    const headers = { 'cache-control': cache, etag, vary: 'accept-encoding' };
    if (request.headers['if-none-match'] === etag) return answer(304, headers);
    const encoded = encoding === undefined ? {} : { 'content-encoding': encoding };
    answer(
      200,
      { ...headers, ...encoded, 'content-type': file.type, 'content-length': `${body.length}` },
      body,
    );
  };
}

/** Whether the client says that it takes gzip, and does not say that it takes none of it. */
function takesGzip({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:$|,)))/i.test(
    String(headers['accept-encoding'] ?? ''),
  );
}

const notBuilt = `<!doctype html>
<html lang="en">
<title>The console is not built</title>
<h1>The console is not built</h1>
<p>Run <code>npm run build:console</code> in the folder of Daypass, then load this page again.</p>
<p>The service itself works without it.</p>
</html>
`;

/** By their path below the folder. */
type Files = ReadonlyMap<string, File>;

async function readFiles(folder: string | undefined): Promise<Files> {
  const files = new Map<string, File>();
  if (folder === undefined) return files;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const body = await readFile(path);
    files.set(relative(folder, path).replaceAll(sep, '/'), {
      type: types[extname(path)] ?? 'application/octet-stream',
      plain: represented(body),
      gzipped: { ...represented(await compress(body)), encoding: 'gzip' },
    });
  }
  return files;
}

const compress = promisify(gzip);

function represented(body: Buffer): Representation {
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

function builtConsole(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@daypass/console/package.json');
    return join(dirname(manifest), 'dist');
  } catch {
    return undefined;
  }
}

/** Serves the console of this installation. */
export const serveConsole = consoleSite(builtConsole());
