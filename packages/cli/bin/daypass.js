#!/usr/bin/env node
// Plain JavaScript on purpose: a Node that cannot run TypeScript must still be able to say so.
const major = Number(process.versions.node.split('.')[0]);

if (major < 24) {
  console.error(
    `daypass needs Node 24 or newer; this is Node ${process.versions.node} (${process.execPath}).`,
  );
  process.exitCode = 1;
} else {
  import('../src/main.ts').then(({ main }) => main(process.argv.slice(2)));
}
