import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** React Native's module, which this repository does not install. */
const asyncStorage = `declare module '@react-native-async-storage/async-storage' {
  const storage: {
    getItem(key: string): Promise<string | null>;
    setItem(key: string, value: string): Promise<void>;
    removeItem(key: string): Promise<void>;
  };
  export default storage;
}
`;

/** The TypeScript examples of a page, each as the text of a module. */
function examplesOf(page: string): { language: string; code: string }[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const fences = text.matchAll(/^( *)```(tsx?)\n(.*?)^ *```$/gms);
  return [...fences].map(([, indent = '', language = '', code = '']) => ({
    language,
    code: `${code.replaceAll(new RegExp(`^${indent}`, 'gm'), '')}\nexport {};\n`,
  }));
}

describe.each(['client.md', 'amplify.md'])('docs/%s', (page) => {
  it('has examples that compile', () => {
    // Below the repository, so that they find what is installed.
    const folder = join(root, 'dist/docs', page.replace('.md', ''));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const examples = examplesOf(page);
    expect(examples.length).toBeGreaterThan(4);
    for (const [index, { language, code }] of examples.entries()) {
      writeFileSync(join(folder, `example-${index + 1}.${language}`), code);
    }
    cpSync(join(import.meta.dirname, 'consumer/docs.d.ts'), join(folder, 'given.d.ts'));
    writeFileSync(join(folder, 'async-storage.d.ts'), asyncStorage);
    const compilerOptions = {
      lib: ['es2024', 'dom', 'dom.iterable'],
      jsx: 'react-jsx',
      noUnusedLocals: false,
    };
    const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['*'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});
