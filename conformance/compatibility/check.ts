import { expect } from 'vitest';
import { type Answer, type Answers, readAnswers, writeAnswers } from './answers.ts';
import type { Call } from './wire.ts';

/**
 * Fails when clients were answered otherwise than the committed answers of this run say, which the page is made of;
 * with `DAYPASS_COMPATIBILITY=write` these are written instead. Versions are not compared: a machine brings its own.
 */
export function checkAnswers(run: string, calls: readonly Call[]): void {
  const seen = summary(calls);
  if (process.env.DAYPASS_COMPATIBILITY === 'write') writeAnswers(run, seen);
  expect(seen.answers, 'write the page anew: node scripts/compatibility.ts').toEqual(
    readAnswers(run)?.answers,
  );
}

/** Every answer once, in an order that does not depend on when it came. */
function summary(calls: readonly Call[]): Answers {
  const answers = new Map<string, Answer>();
  for (const { version: _, ...answer } of calls) {
    const { service, operation, client, status, code = '', message = '' } = answer;
    answers.set([service, operation, client, status, code, message].join('\n'), answer);
  }
  const versions = new Map(calls.map(({ client, version }) => [client, version]));
  return {
    clients: Object.fromEntries([...versions].sort()),
    answers: [...answers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, answer]) => answer),
  };
}
