import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A package's own package.json, as far as staging changes it. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** The packages that are published, by folder. */
export const packages: readonly string[] = readdirSync(join(root, 'packages')).sort();

/** Modules that a package starts as a process of their own, and therefore imports nowhere. */
const processes: Readonly<Record<string, readonly string[]>> = { server: ['./src/worker.ts'] };

/** The built pages a package serves: packages that are not published, and travel inside the one that serves them. */
const pages: Readonly<Record<string, string>> = { server: 'apps/console', cli: 'examples/game' };

const sourceInBin = /'\.\.\/src\/(.+)\.ts'/g;

/**
 * Builds `packages/<folder>` as it is published and gives the directory, `dist/packages/<folder>`: JavaScript and
 * declarations of what its entries reach in `lib`, an export of both for each entry, the pages it serves, the README
 * and the licence. Throws when it does not compile.
 */
export function stage(folder: string): string {
  const source = join(root, 'packages', folder);
  const target = join(root, 'dist/packages', folder);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const file of ['README.md', 'bin']) {
    if (existsSync(join(source, file))) cpSync(join(source, file), join(target, file), { recursive: true });
  }
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));

  const manifest = manifestIn(source);
  const entries = [...Object.values(manifest.exports), ...(processes[folder] ?? [])];
  for (const file of globSync('bin/*', { cwd: target })) {
    const text = readFileSync(join(target, file), 'utf8');
    for (const [, module] of text.matchAll(sourceInBin)) entries.push(`./src/${module}.ts`);
    rewrite(join(target, file), sourceInBin, "'../lib/$1.js'");
  }
  compile(source, target, entries);

  const exports = Object.entries(manifest.exports).map(([entry, file]) => [entry, built(file)]);
  const page = pages[folder];
  const published = {
    ...manifest,
    exports: Object.fromEntries(exports),
    files: ['lib', 'bin'],
    ...(page !== undefined && carry(page, target, manifest)),
  };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  return target;
}

/** Packs a staged directory and gives the tarball, `dist/<name>-<version>.tgz`. */
export function pack(directory: string): string {
  const destination = join(root, 'dist');
  const answer = run('npm', ['pack', '--json', '--pack-destination', destination], directory);
  const [{ filename }]: [{ filename: string }] = JSON.parse(answer);
  return join(destination, filename);
}

/** Runs a program to its end and gives what it printed; throws all of it when it fails. */
export function run(program: string, parameters: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, parameters, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${parameters.join(' ')} in ${cwd} failed:\n${stdout}${stderr}`);
}

function built(file: string): { types: string; default: string } {
  const module = file.replace('./src/', './lib/').replace(/\.ts$/, '');
  return { types: `${module}.d.ts`, default: `${module}.js` };
}

function manifestIn(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** Builds a page into the package that serves it, and gives what that one's package.json has to say of it. */
function carry(page: string, target: string, carrier: Manifest): object {
  const { name, version } = manifestIn(join(root, page));
  const home = join(target, 'node_modules', name);
  const outDir = join(home, 'dist');
  run(join(root, 'node_modules/.bin/vite'), ['build', page, '--logLevel', 'warn', '--outDir', outDir], root);
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version, license: carrier.license }));
  return { dependencies: { ...carrier.dependencies, [name]: version }, bundleDependencies: [name] };
}

/** Each module for itself, so that an app's bundler takes only what is used. */
function compile(source: string, target: string, entries: readonly string[]): void {
  const config = join(target, 'tsconfig.json');
  const modules = join(source, 'src');
  const lib = join(target, 'lib');
  const settings = {
    extends: join(source, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      // The packages of this workspace are other packages, and not compiled along.
      preserveSymlinks: true,
      rootDir: modules,
      outDir: lib,
    },
    // What they reach: neither tests nor what only tests use.
    files: entries.map((entry) => join(source, entry)),
    include: [join(modules, '**/*.d.ts')],
  };
  writeFileSync(config, JSON.stringify(settings));
  run(join(root, 'node_modules/.bin/tsc'), ['-p', config], root);
  rmSync(config);

  for (const file of globSync('**/*.d.ts', { cwd: lib })) {
    // The compiler rewrites what is imported in JavaScript only.
    rewrite(join(lib, file), /(from |import\()('|")(\.\.?\/[^'"]+)\.ts\2/g, '$1$2$3.js$2');
  }
}

function rewrite(file: string, pattern: RegExp, replacement: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(pattern, replacement));
}
