import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Call } from './wire.ts';

/** What the clients of one run were answered: an entry for every client, operation and outcome. */
export interface Answers {
  /** The clients with the versions they had when this was recorded. */
  readonly clients: Readonly<Record<string, string>>;
  readonly answers: readonly Answer[];
}

export type Answer = Omit<Call, 'version'>;

const folder = new URL('answers/', import.meta.url);
const fileOf = (run: string) => new URL(`${run}.json`, folder);

/** Undefined when the run was never recorded. */
export function readAnswers(run: string): Answers | undefined {
  return existsSync(fileOf(run)) ? JSON.parse(readFileSync(fileOf(run), 'utf8')) : undefined;
}

export function writeAnswers(run: string, answers: Answers): void {
  writeFileSync(fileOf(run), `${JSON.stringify(answers, null, 2)}\n`);
}

/** The names of all runs that are recorded. */
export function recordedRuns(): readonly string[] {
  return readdirSync(folder)
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}
