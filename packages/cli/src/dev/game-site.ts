import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { closeServer, listen } from '../port.ts';
import { UsageError } from '../usage-error.ts';

/** What the game needs to know, served as `/config.json`. Nothing in it is secret. */
export interface GameConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly identityPoolId: string;
  readonly playerRole: string;
  readonly guestRole: string;
  readonly issuer: string;
  /** Where the issuer is reached on this machine. */
  readonly openIdProviderUrl: string;
  readonly clientId: string;
  readonly bucket: string;
  readonly scoresTable: string;
  readonly highScoresTable: string;
  readonly highScoresIndex: string;
  /** The policies of the two roles, which the game shows its players. */
  readonly policies: { readonly player: object; readonly guest: object };
}

export interface GameSite {
  readonly url: string;
  /** From now on `/config.json` is answered, and the pages may connect to the addresses in it. */
  open(config: GameConfig): void;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Serves the built game from memory. Throws a `UsageError` if it is not built or the port is taken. */
export async function startGameSite(port: number): Promise<GameSite> {
  const files = await readBuiltGame();
  let config: GameConfig | undefined;

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://game').pathname;
    const file = files.get(path === '/' ? '/index.html' : path);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (config === undefined) {
      response.writeHead(503, { 'retry-after': '1' }).end('The game is starting.\n');
    } else if (path === '/config.json') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(config));
    } else if (file === undefined) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, {
        'content-type': file.type,
        'cache-control': 'no-cache',
        'content-security-policy': `default-src 'self'; img-src 'self' data:; connect-src 'self' ${config.endpoint} ${config.openIdProviderUrl}; frame-ancestors 'none'`,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      response.end(file.body);
    }
  });

  const url = await listen(server, port, '--game-port');
  return {
    url,
    open: (ready) => {
      config = ready;
    },
    close: () => closeServer(server),
  };
}

async function readBuiltGame(): Promise<ReadonlyMap<string, { body: Buffer; type: string }>> {
  const dist = join(
    dirname(createRequire(import.meta.url).resolve('@daypass/example-game/package.json')),
    'dist',
  );
  const entries = await readdir(dist, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, { body: Buffer; type: string }>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(dist.length).replaceAll('\\', '/');
    files.set(name, { body: await readFile(path), type: types[extname(name)] ?? 'application/octet-stream' });
  }
  if (!files.has('/index.html')) throw new UsageError('the game is not built; run npm run build:game first.');
  return files;
}
