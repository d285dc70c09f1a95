import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './record/output.ts';
import { purposeOf, record } from './record/performance.ts';

/**
 * `npm run bench -- NAME` runs `bench/NAME.ts`; without a name it says which there are. With `--record` what it prints
 * goes into docs/performance.md as well: on a machine that does nothing else. Further options are the benchmark's own.
 */
const folder = import.meta.dirname;
const [name, ...given] = process.argv.slice(2);
const isRecorded = given.includes('--record');
const options = given.filter((option) => option !== '--record');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));

if (name === undefined || !names.includes(name)) {
  console.error(
    `usage: npm run bench -- NAME [--record] [its own options], where NAME is one of ${names.join(', ')}`,
  );
  process.exit(2);
}
const bench: { run(options: readonly string[]): Promise<void> } = await import(`./${name}.ts`);
if (!isRecorded) await bench.run(options);
else {
  const [loadBefore = 0] = loadavg();
  const output = await outputOf(() => bench.run(options));
  const cores = cpus();
  record(join(folder, '../docs'), name, {
    what: purposeOf(readFileSync(join(folder, `${name}.ts`), 'utf8')),
    command: ['npm run bench --', name, ...options].join(' '),
    date: new Date().toISOString().slice(0, 'YYYY-MM-DD'.length),
    commit: commit(),
    machine: `${cores.length} × ${cores[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, ${process.platform}`,
    loadBefore,
    output,
  });
}

/** The commit that is measured. The documentation may differ: recording one benchmark after the other changes it. */
function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  const changes = git('status', '--porcelain', '--untracked-files=no', '--', ':/', ':(exclude,top)docs');
  return git('rev-parse', '--short', 'HEAD') + (changes === '' ? '' : '-dirty');
}
