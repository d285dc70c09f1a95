import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodes } from './nodes.ts';

// The client's tests on every Node in the PATH that it supports; the test in Chromium says nothing about them.
const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const tests = ['run', 'packages/client', '--exclude', '**/browser.test.ts', '--reporter', 'dot', '--silent'];
for (const node of nodes()) {
  console.log(`\n${node}`);
  const { status } = spawnSync(node, [vitest, ...tests], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
