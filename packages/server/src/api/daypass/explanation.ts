import type { StatementExplanation } from '@daypass/policy';
import type { Output } from '../protocol/operation.ts';

/** A statement of a policy and what kept it from applying; `Resolved` is `Wanted` with the values of its variables. */
export function describeStatement({
  source,
  sid,
  effect,
  matched,
  mismatches,
}: StatementExplanation): Output {
  return {
    Source: source,
    Sid: sid,
    Effect: effect,
    Matched: matched,
    Mismatches: mismatches.map(({ element, operator, key, wanted, resolved, actual, reason }) => ({
      Element: element,
      Operator: operator,
      Key: key,
      Wanted: wanted,
      Resolved: resolved,
      Actual: actual,
      Reason: reason,
    })),
  };
}
