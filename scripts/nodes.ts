import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './stage.ts';

/** The Nodes older than our own on which the client has to run. */
const older = ['20.20.2', '22.23.3'];

/** The Nodes on which the client has to run, as paths, as far as this machine has them: our own, and the older ones. */
export function nodesAtHand(): string[] {
  return [...older.flatMap((version) => find(version) ?? []), process.execPath];
}

/** The Nodes, as paths, on which the client has to run besides our own. Throws when npm cannot get one that is missing. */
export function olderNodes(): string[] {
  return older.map((version) => find(version) ?? install(version));
}

/** The one in the PATH of the same major version, else the one that npm got. */
function find(version: string): string | undefined {
  const inPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return [...inPath, installed(version)].find((node) => majorOf(versionOf(node)) === majorOf(version));
}

/** The npm package `node` brings the program. */
function install(version: string): string {
  const directory = folderOf(version);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }');
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error'];
  run('npm', ['install', '--prefix', directory, ...quiet, `node@${version}`], directory);
  return installed(version);
}

const folderOf = (version: string) =>
  join(import.meta.dirname, '../node_modules/.cache/daypass/node', version);
const installed = (version: string) => join(folderOf(version), 'node_modules/.bin/node');
const majorOf = (version: string | undefined) => version?.split('.')[0];

function versionOf(node: string): string | undefined {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim().slice(1);
}
