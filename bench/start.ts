import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stage } from '../scripts/stage.ts';

const runs = 5;
const root = join(import.meta.dirname, '..');

/** Runs in a process of its own, so that nothing is loaded yet. */
const program = `
const begin = performance.now();
const { startDaypass } = await import('@daypass/server');
const loaded = performance.now();
const service = await startDaypass({ port: 0, logLevel: 'silent' });
const first = performance.now();
const another = await startDaypass({ port: 0, logLevel: 'silent' });
const second = performance.now();
await service.close();
await another.close();
console.log(JSON.stringify({ load: loaded - begin, start: first - loaded, both: first - begin, again: second - first, close: performance.now() - second }));
`;

type Figures = Readonly<Record<string, number>>;

function measure(cwd: string, environment: NodeJS.ProcessEnv = {}): Figures {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The median of each figure over the runs, in milliseconds; the first run, which warms up the disk, is not counted. */
function medians(once: () => Figures): Record<string, string> {
  once();
  const samples = Array.from({ length: runs }, once);
  const median = (name: string): number =>
    samples.map((sample) => sample[name] ?? 0).sort((a, b) => a - b)[samples.length >> 1] ?? 0;
  return Object.fromEntries(Object.keys(samples[0] ?? {}).map((name) => [name, median(name).toFixed(0)]));
}

/** Lays the server out in `folder` as an installation from the registry would. */
function install(folder: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@daypass'), { recursive: true });
  const link = (from: string, to: string) => {
    for (const name of readdirSync(from)) {
      if (!name.startsWith('.') && name !== '@daypass' && !existsSync(join(to, name))) {
        symlinkSync(join(from, name), join(to, name));
      }
    }
  };
  for (const name of ['policy', 'sigv4', 'server']) {
    cpSync(stage(name), join(modules, '@daypass', name), { recursive: true });
  }
  // What npm has put beside the server because the workspace has another version of it.
  link(join(root, 'packages/server/node_modules'), join(modules, '@daypass/server/node_modules'));
  link(join(root, 'node_modules'), modules);
}

/**
 * Milliseconds to load the server and to start a service in memory: as it is published, which is what the tests of
 * other people load; and from TypeScript as it lies here, with nothing compiled before and with Node's compile cache.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daypass-bench-start-'));
  try {
    install(folder);
    const source = join(root, 'packages/server');
    const cache = { NODE_COMPILE_CACHE: join(folder, 'cache') };
    console.table({
      published: medians(() => measure(folder)),
      TypeScript: medians(() => measure(source)),
      'TypeScript, compile cache': medians(() => measure(source, cache)),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
