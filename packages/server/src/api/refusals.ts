import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import type { ServiceError } from '../errors.ts';

/** A request that was refused, and the precise reason that its caller was not told. */
export interface Refusal {
  readonly operation: string;
  readonly code: string;
  readonly message: string;
  readonly reason: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The latest refusals of this process by request id, so that an operator can ask why. */
export interface Refusals {
  note(requestId: string, operation: string, error: ServiceError): void;
  find(requestId: string): Refusal | undefined;
}

const kept = 10_000;
const longestText = 500;

export function rememberRefusals({ clock }: { clock: Clock }): Refusals {
  const refusals = new BoundedMap<string, Refusal>(kept);
  return {
    note(requestId, operation, { code, message, reason }) {
      refusals.set(requestId, {
        operation,
        code,
        message: message.slice(0, longestText),
        reason: reason?.slice(0, longestText),
        at: clock.now(),
      });
    },
    find: (requestId) => refusals.get(requestId),
  };
}
