import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { outputOf } from '../bench/record/output.ts';
import { performancePage, purposeOf, type Run, record, recordedRuns } from '../bench/record/performance.ts';

const root = join(import.meta.dirname, '..');
const benchmarks = globSync('bench/*.ts', { cwd: root }).filter((file) => basename(file) !== 'run.ts');

const run: Run = {
  what: 'How fast it is.',
  command: 'npm run bench -- a --rounds 3',
  date: '2026-11-23',
  commit: '0a1b2c3',
  machine: '2 × Example, 8 GB, Node 24.21.0, linux',
  loadBefore: 0.04,
  output: 'Daypass  2 req/s\nothers   1 req/s',
};

describe('docs/performance.md', () => {
  it('is what the recorded runs say', () => {
    const runs = recordedRuns(join(root, 'docs/performance'));
    expect(readFileSync(join(root, 'docs/performance.md'), 'utf8')).toBe(performancePage(runs));
  });

  it('has a run of nothing but what there is to run', () => {
    const names = benchmarks.map((file) => basename(file, '.ts'));
    for (const name of recordedRuns(join(root, 'docs/performance')).keys()) expect(names).toContain(name);
  });
});

describe('a benchmark', () => {
  it.each(benchmarks)('%s says what it measures', (file) => {
    expect(purposeOf(readFileSync(join(root, file), 'utf8'))).toMatch(/^\S.*\.$/);
  });

  it('is recorded in the place of its last run, and what it printed is on the page', () => {
    const docs = mkdtempSync(join(tmpdir(), 'daypass-performance-'));
    onTestFinished(() => rmSync(docs, { recursive: true }));
    mkdirSync(join(docs, 'performance'));
    record(docs, 'b', run);
    record(docs, 'a', { ...run, output: 'first' });
    record(docs, 'a', { ...run, output: 'second' });
    const page = readFileSync(join(docs, 'performance.md'), 'utf8');
    expect(page).toContain('```text\nDaypass  2 req/s\nothers   1 req/s\n```');
    expect(page).toContain(
      '2026-11-23, `npm run bench -- a --rounds 3` at `0a1b2c3`: 2 × Example, 8 GB, Node 24.21.0, linux, load before 0.0.',
    );
    expect(page.match(/^## .*|^first|^second/gm)).toEqual(['## a', 'second', '## b']);
  });

  it('is heard while it prints, colours left out', async () => {
    const output = await outputOf(async () => {
      process.stdout.write('\n  \u001b[32mone\u001b[39m  \n');
      process.stdout.write(Buffer.from('two\n'));
    });
    expect(output).toBe('  one\ntwo');
  });
});
