import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './stage.ts';

/** The Nodes older than our own on which the client has to run. */
const older = ['20.20.2', '22.23.3'];

/** Every Node on which the client has to run; see {@link olderNodes}. */
export function nodes(): string[] {
  return [...olderNodes(), process.execPath];
}

/**
 * The Nodes, as paths, on which the client has to run besides our own: of each major version the one in the PATH, else
 * the npm package `node` in `node_modules/.cache`. Throws when one is neither there nor to be had from the registry.
 */
export function olderNodes(): string[] {
  const inPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return older.map((version) => {
    const isSameMajor = (node: string) => versionOf(node)?.split('.')[0] === version.split('.')[0];
    return inPath.find(isSameMajor) ?? install(version);
  });
}

function install(version: string): string {
  const directory = join(import.meta.dirname, '../node_modules/.cache/daypass/node', version);
  const node = join(directory, 'node_modules/.bin/node');
  if (versionOf(node) === version) return node;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }');
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error'];
  run('npm', ['install', '--prefix', directory, ...quiet, `node@${version}`], directory);
  return node;
}

function versionOf(node: string): string | undefined {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim().slice(1);
}
