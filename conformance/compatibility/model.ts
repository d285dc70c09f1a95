import type { Answer } from './answers.ts';

/** The operations of a service, as its SDK has them: the names of its commands, in order. */
export function modelledOperations(sdk: object): readonly string[] {
  return Object.keys(sdk)
    .flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? [])
    .sort();
}

/** The errors of a service, as its SDK has them. */
export function modelledErrors(sdk: object): readonly string[] {
  return Object.keys(sdk)
    .filter((name) => /(?:Exception|Error)$/.test(name) && !name.endsWith('ServiceException'))
    .sort();
}

/** The operations that a service has done at least once, in order. */
export function served(answers: readonly Answer[], service: string): readonly string[] {
  const done = answers.filter((answer) => answer.service === service && answer.code === undefined);
  return [...new Set(done.map(({ operation }) => operation))].sort();
}

/** The operations that a service has answered with this error, in order. */
export function refused(answers: readonly Answer[], service: string, code: string): readonly string[] {
  const these = answers.filter((answer) => answer.service === service && answer.code === code);
  return [...new Set(these.map(({ operation }) => operation))].sort();
}

/** Calls an operation by its name, with no input. Throws what the client throws. */
export async function call(client: object, operation: string): Promise<unknown> {
  const method: unknown = Reflect.get(client, `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`);
  if (typeof method !== 'function') throw new Error(`the client has no ${operation}`);
  return method.call(client, {});
}
