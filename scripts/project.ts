import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './stage.ts';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');

/** An empty project elsewhere on this machine, with packages installed from their tarballs; removed when disposed of. */
export interface Project extends Disposable {
  readonly directory: string;
}

/** Makes the project around one program; what `linked` names is linked in from here, for it is not a dependency. */
export function createProject(
  program: string,
  tarballs: readonly string[],
  linked: readonly string[] = [],
): Project {
  const directory = mkdtempSync(join(tmpdir(), 'daypass-consumer-'));
  const project = { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
  try {
    mkdirSync(join(directory, 'src'));
    cpSync(program, join(directory, 'src/app.ts'));
    writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }');
    writeFileSync(join(directory, 'package-lock.json'), JSON.stringify(lockOfOthers()));
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error'];
    run('npm', ['install', '--prefer-offline', ...quiet, ...tarballs], directory);
    for (const name of linked) symlinkSync(join(modules, name), join(directory, 'node_modules', name));
    return project;
  } catch (error) {
    project[Symbol.dispose]();
    throw error;
  }
}

/**
 * Compiles the program as strictly as it goes, the packages' declarations included, into a folder named `module`: with
 * the types of Node and of `lib`, and none of a browser.
 */
export function compile({ directory }: Project, module: string, lib: string): void {
  const compilerOptions = {
    module,
    target: 'es2022',
    lib: [lib],
    strict: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(modules, '@types')],
    rootDir: 'src',
    outDir: module,
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  run(join(modules, '.bin/tsc'), ['-p', directory], directory);
}

interface Locked {
  readonly version: string;
  readonly name?: string;
  readonly link?: true;
}

/** Pins other people's packages to what is installed here, so that npm finds them in its cache; it drops the unused. */
function lockOfOthers(): object {
  const lock: { packages: Record<string, Locked> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const others = Object.entries(lock.packages).flatMap(([path, locked]) => {
    if (!path.startsWith('node_modules/') || locked.link) return [];
    const name = locked.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const file = `${name.slice(name.indexOf('/') + 1)}-${locked.version}.tgz`;
    return [[path, { ...locked, resolved: `https://registry.npmjs.org/${name}/-/${file}` }]];
  });
  return { lockfileVersion: 3, packages: { '': {}, ...Object.fromEntries(others) } };
}
