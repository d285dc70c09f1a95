import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { UsageError } from './usage-error.ts';

type Style = 'green' | 'red' | 'yellow' | 'bold' | 'dim';

/** The text in a colour where stdout is a terminal that shows colours and nobody said `NO_COLOR`. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Writes an answer: text for people, or with `--json` the value, one JSON document. */
export function print(json: boolean | undefined, value: unknown, text: string): void {
  const line = json ? JSON.stringify(value, undefined, 2) : text;
  if (line !== '') process.stdout.write(`${line}\n`);
}

/** Text that others wrote, without what would steer a terminal. */
export function harmless(text: string): string {
  return text.replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Rows with columns of equal width, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * Asks on the terminal; anything but yes is no. Throws a `UsageError` where nobody can answer, which names the option
 * that answers ahead.
 */
export async function confirm(question: string, option: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(`nobody can be asked here; confirm with ${option}.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
