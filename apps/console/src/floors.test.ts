import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

/** The console's floors, the lowest first; what stands in one line is one floor. Pages do not know each other. */
const floors: readonly (readonly string[])[] = [
  ['api'],
  ['route.ts', 'session.ts', 'desk.ts', 'templates'],
  ['parts'],
  ['pages'],
  ['frame', 'sign-in'],
  ['app.tsx', 'main.tsx'],
];

const root = import.meta.dirname;
const sources = globSync('**/*.{ts,tsx}', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));

function floorOf(file: string): number {
  const [place = ''] = file.split('/');
  return floors.findIndex((floor) => floor.includes(place));
}

function pageOf(file: string): string | undefined {
  return /^pages\/([^/]+)\//.exec(file)?.[1];
}

function importsOf(file: string): readonly string[] {
  const specifiers = readFileSync(join(root, file), 'utf8').matchAll(/\bfrom '(\.[^']+)'/g);
  return [...specifiers].map(([, specifier = '']) => normalize(join(dirname(file), specifier)));
}

it('has a floor for every file', () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.filter((file) => floorOf(file) < 0)).toEqual([]);
});

it.each(sources)('%s imports from its own floor and those below, and from no other page', (file) => {
  const above = importsOf(file).filter((imported) => {
    const isOtherPage = pageOf(file) !== undefined && pageOf(imported) !== pageOf(file);
    return floorOf(imported) > floorOf(file) || (floorOf(imported) === floorOf(file) && isOtherPage);
  });
  expect(above).toEqual([]);
});
