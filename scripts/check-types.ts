import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

// Each package is a program of its own: the client and the game see the DOM, the rest sees Node.
const projects = globSync('{packages,examples,apps}/*/tsconfig.json').concat(
  globSync('{conformance,bench,scripts,docs}/tsconfig.json'),
);
let failed = false;
for (const project of projects.sort()) {
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit' });
  if (status !== 0) failed = true;
}
console.log(`types: ${projects.length} projects ${failed ? 'with errors' : 'in order'}`);
process.exitCode = failed ? 1 : 0;
