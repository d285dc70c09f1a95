import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Call } from './wire.ts';

/** What one run of clients was answered: a line for every client, operation and outcome. */
export interface Answers {
  /** The clients with the versions that were run; versions of what is installed on the machine may differ elsewhere. */
  readonly clients: Readonly<Record<string, string>>;
  readonly answers: readonly Answer[];
}

export type Answer = Omit<Call, 'version'>;

const folder = new URL('answers/', import.meta.url);

/** The committed answers of a run, or undefined when it was never recorded. */
export function readAnswers(run: string): Answers | undefined {
  const file = new URL(`${run}.json`, folder);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * Fails when clients were answered otherwise than the committed file of this run says, which is what the page is made
 * of; with `DAYPASS_COMPATIBILITY=write` it writes the file instead.
 */
export function checkAnswers(run: string, calls: readonly Call[]): void {
  const seen = summary(calls);
  if (process.env.DAYPASS_COMPATIBILITY === 'write') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(`${run}.json`, folder), `${JSON.stringify(seen, null, 2)}\n`);
  }
  expect(seen.answers).toEqual(readAnswers(run)?.answers);
}

function summary(calls: readonly Call[]): Answers {
  const answers = new Map<string, Answer>();
  for (const { version: _, ...answer } of calls) {
    const { service, operation, client, status, code = '', message = '' } = answer;
    answers.set([service, operation, client, status, code, message].join('\n'), answer);
  }
  const clients = Object.fromEntries(calls.map(({ client, version }) => [client, version]));
  return {
    clients: Object.fromEntries(Object.entries(clients).sort()),
    answers: [...answers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, answer]) => answer),
  };
}
