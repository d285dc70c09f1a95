import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build as vite } from 'vite';
import { startIdentityPool, tokenOf } from '../packages/client/src/testing/identity-pool.ts';
import { nodes } from './nodes.ts';
import { pack, run, stage } from './stage.ts';

// The libraries as they would be published: publint has nothing to say. The client also as an app sees it: installed
// into an empty project, compiled against, bundled, and run on every Node of this machine that it supports.

const modules = join(import.meta.dirname, '../node_modules');
const problems: string[] = [];

for (const folder of ['client', 'policy', 'sigv4']) {
  const pkgDir = stage(folder);
  const { messages, pkg } = await publint({ pkgDir, pack: 'npm', strict: true });
  const found = messages.map((message) => `${folder}: ${formatMessage(message, pkg)}`);
  console.log(`publint: ${folder} has ${found.length} problems`);
  problems.push(...found);
}

const project = mkdtempSync(join(tmpdir(), 'daypass-consumer-'));
try {
  install(pack(stage('client')));
  for (const module of ['nodenext', 'preserve']) compile(module);
  const programs = [join(project, 'nodenext/app.js'), ...(await bundle())];
  await federate(programs);
} finally {
  rmSync(project, { recursive: true });
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** An empty project with the tarball installed, and its optional peers linked, as there may be no registry. */
function install(tarball: string): void {
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], project);
  for (const peer of ['react', 'oauth4webapi']) {
    symlinkSync(join(modules, peer), join(project, 'node_modules', peer));
  }
  mkdirSync(join(project, 'src'));
  cpSync(join(import.meta.dirname, 'consumer/client.ts'), join(project, 'src/app.ts'));
}

/** Compiles the app as strictly as it goes, the package's declarations included, without the types of a browser. */
function compile(module: string): void {
  const compilerOptions = {
    module,
    target: 'es2022',
    lib: ['es2022'],
    strict: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(modules, '@types')],
    rootDir: 'src',
    outDir: module,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  run(join(modules, '.bin/tsc'), ['-p', project], project);
  console.log(`types: the client compiles with module ${module}`);
}

/** Bundles the app with two bundlers. */
async function bundle(): Promise<string[]> {
  const entry = join(project, 'src/app.ts');
  const byEsbuild = join(project, 'esbuild/app.js');
  const external = ['node:assert/strict'];
  await esbuild({ entryPoints: [entry], bundle: true, format: 'esm', external, outfile: byEsbuild });
  await vite({
    configFile: false,
    logLevel: 'error',
    root: project,
    build: {
      outDir: 'vite',
      target: 'es2022',
      rolldownOptions: { input: entry, external, output: { entryFileNames: 'app.js' } },
    },
  });
  return [byEsbuild, join(project, 'vite/app.js')];
}

/** Runs the app against the wire shapes of AWS, on every Node there is. */
async function federate(programs: readonly string[]): Promise<void> {
  const poolId = 'us-east-1:00000000-0000-4000-8000-000000000001';
  const provider = 'accounts.google.com';
  const pool = await startIdentityPool({ [poolId]: { guests: true, providers: [provider] } });
  const parameters = [pool.endpoint, poolId, tokenOf(provider, 'user')];
  for (const node of nodes()) {
    for (const program of programs) {
      const name = `${basename(dirname(program))} with ${node}`;
      try {
        const { stdout } = await promisify(execFile)(node, [program, ...parameters]);
        console.log(`${name}: ${stdout.trim()}`);
      } catch (error) {
        const { stderr = error } = Object(error);
        problems.push(`${name}: ${String(stderr).trim().split('\n').slice(-10).join('\n')}`);
      }
    }
  }
  await pool.close();
}
