import type { Variable } from './template.ts';

/**
 * The condition keys of a request. Names are in lower case; a string is the value of a single-valued key, an array the
 * values of a multi-valued key (`aws:tagkeys`, `dynamodb:leadingkeys`, `cognito-identity.amazonaws.com:amr`), however many they are.
 */
export type Context = ReadonlyMap<string, string | readonly string[]>;

/**
 * The text that stands for a policy variable: never a pattern, whatever characters it has.
 *
 * Undefined when it has no value: the key is absent (without a default) or multi-valued. An empty value counts as
 * absent, so that an empty tag does not turn `bucket/${aws:PrincipalTag/team}/*` into `bucket//*`.
 */
export function valueOfVariable(variable: Variable, context: Context): string | undefined {
  const value = context.get(variable.key);
  if (value === undefined || value === '') return variable.fallback;
  return typeof value === 'string' ? value : undefined;
}
