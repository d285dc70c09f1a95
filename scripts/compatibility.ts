import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { currentPage, pageFile } from '../conformance/compatibility/published.ts';

// Runs the clients, records what they are answered, and writes docs/compatibility.md from that. Names of single runs may
// be given: `node scripts/compatibility.ts iam sts`.
const runs = process.argv.slice(2).map((run) => `conformance/${run}.test.ts`);
const root = new URL('..', import.meta.url);
const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', root));
const page = 'conformance/compatibility.test.ts';
const args = ['run', '--exclude', page, ...(runs.length > 0 ? runs : ['conformance/'])];
const { status } = spawnSync(process.execPath, [vitest, ...args], {
  cwd: root,
  env: { ...process.env, DAYPASS_COMPATIBILITY: 'write' },
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
writeFileSync(pageFile, currentPage());
