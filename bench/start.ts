import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const runs = 5;

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
console.log(JSON.stringify({ load: loaded - begin, start: first - loaded, again: second - first, close: performance.now() - second }));
`;

/** The packages that loading the server loads, each alone. */
const dependencies = ['pino'];

type Figures = Readonly<Record<string, number>>;

function measure(source: string, environment: NodeJS.ProcessEnv = {}): Figures {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: join(import.meta.dirname, '../packages/server'),
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The median of each figure over the runs, in milliseconds. */
function medians(samples: readonly Figures[]): Record<string, string> {
  const names = Object.keys(samples[0] ?? {});
  const median = (name: string): number =>
    samples.map((sample) => sample[name] ?? 0).sort((a, b) => a - b)[samples.length >> 1] ?? 0;
  return Object.fromEntries(names.map((name) => [name, median(name).toFixed(0)]));
}

const repeat = (once: () => Figures): readonly Figures[] => Array.from({ length: runs }, once);

/**
 * Milliseconds to load the server and to start a service in memory, from TypeScript as it lies here: with nothing
 * compiled before, and with Node's compile cache, which leaves out stripping types and compiling.
 */
export async function run(): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), 'daypass-compile-cache-'));
  try {
    const cached = { NODE_COMPILE_CACHE: cache };
    measure(program, cached);
    console.table({
      'nothing compiled': medians(repeat(() => measure(program))),
      'compile cache': medians(repeat(() => measure(program, cached))),
    });
    const load = (name: string) =>
      `const begin = performance.now(); await import('${name}'); console.log(JSON.stringify({ load: performance.now() - begin }));`;
    console.table(
      Object.fromEntries(dependencies.map((name) => [name, medians(repeat(() => measure(load(name))))])),
    );
  } finally {
    rmSync(cache, { recursive: true });
  }
}
