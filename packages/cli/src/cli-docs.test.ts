import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandLine } from './main.ts';

const page = await readFile(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), 'utf8');

interface Leaf {
  readonly path: string;
  readonly options: readonly string[];
}

/** The commands that do something, with their long options. */
function leaves(command: Command, path = ''): Leaf[] {
  const inner = command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`.trim()));
  const options = command.options.flatMap(({ long }) => (long ? [long] : []));
  return inner.length > 0 ? inner : [{ path, options }];
}

const commands = leaves(commandLine());
/** Written by others, or listed by --help alone. */
const explainedElsewhere = ['start', 'broker setup'];
const examples = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, text = '']) =>
  text.split('\n').flatMap((line) => /daypass [a-z][^)]*/.exec(line) ?? []),
);

describe('docs/cli.md', () => {
  it.each(commands.map(({ path }) => path))('has a section on daypass %s', (path) => {
    expect(page).toContain(`\n### \`daypass ${path}\`\n`);
  });

  it.each(commands.filter(({ path }) => !explainedElsewhere.includes(path)))(
    'names every option of daypass $path',
    ({ options }) => {
      expect(
        options.filter((option) => !page.includes(`\`${option}`) && !page.includes(` ${option} `)),
      ).toEqual([]);
    },
  );

  it.each(commands)('says what programs read from daypass $path', ({ path, options }) => {
    const [output = ''] = /^\*\*Output\.\*\*[\s\S]*?\n\n/m.exec(page) ?? [];
    expect(output.includes(`\`${path}\``)).toBe(!options.includes('--json'));
  });

  it.each(examples)('shows a command that is one: %s', (example) => {
    const words = example.split(/\s+/).slice(1);
    const command = commands.find(({ path }) => `${words.join(' ')} `.startsWith(`${path} `));
    expect(command).toBeDefined();
    const own = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined);
    expect(own.filter((word) => word.startsWith('--') && !command?.options.includes(word))).toEqual([]);
  });

  it('documents exit codes', () => {
    expect(page).toMatch(/\| 0 \|.*\n\| 1 \|.*\n\| 2 \|/);
  });
});
