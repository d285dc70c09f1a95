import type { Caller } from '../access/caller.ts';
import type { Refusal } from './authorize.ts';

/** What is known so far of a request that may yet be refused: filled in as it becomes known, for the audit event. */
export interface Attempt {
  readonly requestId: string;
  caller: Caller | undefined;
  action: string | undefined;
  resource: string | undefined;
}

export function newAttempt(requestId: string): Attempt {
  return { requestId, caller: undefined, action: undefined, resource: undefined };
}

/** The policy refused: the event is about the demand that was not granted. */
export function refused(attempt: Attempt, { demand }: Refusal): void {
  attempt.action = demand.action;
  attempt.resource = demand.resource;
}
