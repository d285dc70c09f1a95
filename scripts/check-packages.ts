import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { build as esbuild } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build as vite } from 'vite';
import { startIdentityPool, tokenOf } from '../packages/client/src/testing/identity-pool.ts';
import { nodesAtHand } from './nodes.ts';
import { compile, createProject, type Project } from './project.ts';
import { pack, packages, stage } from './stage.ts';

// The packages as they would be published: publint and are-the-types-wrong have nothing to say. Then as others see
// them, installed into an empty project and compiled against: the client is bundled, and run on every Node at hand
// that it supports; the service is started, by an import and by its command.

const consumer = join(import.meta.dirname, 'consumer');
const problems: string[] = [];

const tarballs = new Map<string, string>();
for (const folder of packages) {
  const directory = stage(folder);
  const tarball = pack(directory);
  tarballs.set(folder, tarball);
  const found = [...(await lint(directory)), ...(await typeProblems(tarball))];
  console.log(`${folder}: publint and are-the-types-wrong find ${found.length} problems`);
  problems.push(...found.map((problem) => `${folder}: ${problem}`));
}

await checkClient();
await checkService();

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

async function lint(pkgDir: string): Promise<string[]> {
  const { messages, pkg } = await publint({ pkgDir, pack: 'npm', strict: true });
  return messages.map((message) => String(formatMessage(message, pkg)));
}

async function typeProblems(tarball: string): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (!result.types) return ['has no types'];
  return result.problems.filter((problem) => !isByDesign(problem)).map((problem) => JSON.stringify(problem));
}

/**
 * The packages are ES modules, found through `exports`. CommonJS gets them by `import()`, or by `require` since Node
 * 20.19, which the types of `node16` do not know of; TypeScript's oldest resolution does not read `exports`.
 */
function isByDesign(problem: Problem): boolean {
  if (problem.kind === 'CJSResolvesToESM') return true;
  return problem.kind === 'NoResolution' && problem.resolutionKind === 'node10';
}

async function checkClient(): Promise<void> {
  using project = createProject(
    join(consumer, 'client.ts'),
    [tarballOf('client')],
    // Its optional peers.
    ['react', 'oauth4webapi'],
  );
  for (const module of ['nodenext', 'preserve']) {
    compile(project, module, 'es2022');
    console.log(`types: the client compiles with module ${module}`);
  }
  const programs = [join(project.directory, 'nodenext/app.js'), ...(await bundle(project))];

  const poolId = 'us-east-1:00000000-0000-4000-8000-000000000001';
  const provider = 'accounts.google.com';
  const pool = await startIdentityPool({ [poolId]: { guests: true, providers: [provider] } });
  const parameters = [pool.endpoint, poolId, tokenOf(provider, 'user')];
  for (const node of nodesAtHand()) {
    for (const program of programs) {
      await runProgram(node, program, parameters);
    }
  }
  await pool.close();
}

/** Bundles the app with two bundlers. */
async function bundle({ directory }: Project): Promise<string[]> {
  const entry = join(directory, 'src/app.ts');
  const byEsbuild = join(directory, 'esbuild/app.js');
  const external = ['node:assert/strict'];
  await esbuild({ entryPoints: [entry], bundle: true, format: 'esm', external, outfile: byEsbuild });
  await vite({
    configFile: false,
    logLevel: 'error',
    root: directory,
    build: {
      outDir: 'vite',
      target: 'es2022',
      rolldownOptions: { input: entry, external, output: { entryFileNames: 'app.js' } },
    },
  });
  return [byEsbuild, join(directory, 'vite/app.js')];
}

async function checkService(): Promise<void> {
  const needed = ['cli', 'server', 'policy', 'sigv4'].map(tarballOf);
  using project = createProject(join(consumer, 'server.ts'), needed);
  compile(project, 'nodenext', 'esnext');
  console.log('types: the service compiles with module nodenext');
  await runProgram(process.execPath, join(project.directory, 'nodenext/app.js'), []);
}

function tarballOf(folder: string): string {
  const tarball = tarballs.get(folder);
  if (tarball === undefined) throw new Error(`packages/${folder} was not packed`);
  return tarball;
}

/** Runs a program in its project, and counts it as a problem when it fails. */
async function runProgram(node: string, program: string, parameters: readonly string[]): Promise<void> {
  const name = `${basename(dirname(program))} with ${node}`;
  try {
    const cwd = dirname(dirname(program));
    const { stdout } = await promisify(execFile)(node, [program, ...parameters], { cwd });
    console.log(`${name}: ${stdout.trim()}`);
  } catch (error) {
    const { stderr = error } = Object(error);
    problems.push(`${name}: ${String(stderr).trim().split('\n').slice(-10).join('\n')}`);
  }
}
