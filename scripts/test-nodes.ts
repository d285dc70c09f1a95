import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { olderNodes } from './nodes.ts';

// The client's tests on the Nodes that `npm test` does not run on: all at a time, for they wait more than they compute.
// The tests in Chromium say nothing about them.
const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const tests = [
  'run',
  'packages/client',
  'conformance/client.test.ts',
  '--exclude',
  '**/browser*.test.ts',
  '--reporter',
  'dot',
  '--silent',
];
const env = { ...process.env, NO_COLOR: '1' };

const runs = olderNodes().map(async (node) => {
  try {
    const { stdout } = await promisify(execFile)(node, [vitest, ...tests], { cwd: root, env });
    console.log(`${node}${stdout}`);
  } catch (error) {
    const { stdout = '', stderr = error } = Object(error);
    console.error(`${node}${stdout}${stderr}`);
    process.exitCode = 1;
  }
});
await Promise.all(runs);
