import { DatabaseError } from 'pg';
import { StoreUnavailable } from './store.ts';

/** The SQLSTATEs an operator can do something about. Source: PostgreSQL manual, appendix A. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['25006', 'is read-only: a standby, or not the leader any more'],
  ['28000', 'does not let this user in'],
  ['28P01', 'does not accept the password'],
  ['3D000', 'has no database of this name'],
  ['42501', 'does not permit this user to do what is needed'],
  ['53100', 'cannot be written: its disk is full'],
  ['53300', 'has no connection left'],
  ['55P03', 'did not get a lock in time'],
  ['57014', 'did not finish a statement in time'],
  ['57P01', 'is shutting down'],
  ['57P02', 'has crashed'],
  ['57P03', 'is starting or shutting down'],
]);

/** The `StoreUnavailable` for whatever the driver or the server of the database `name` reported. */
export function postgresFault(name: string, error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const state = sqlState(error);
  // What has no SQLSTATE comes from the driver or the system: refused, timed out, terminated.
  const reason =
    state === undefined
      ? `does not answer: ${error instanceof Error ? causeOf(error) : 'unknown'}`
      : (reasons.get(state) ?? `failed with SQLSTATE ${state}`);
  return new StoreUnavailable(`${name} ${reason}`, { cause: error });
}

/**
 * Whether the transaction was undone only because of others at the same time, and may be run again: serialization
 * failure, deadlock.
 */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** Whether another process made the same table at the same moment, which IF NOT EXISTS does not notice. */
export function isMadeMeanwhile(error: unknown): boolean {
  const state = sqlState(error);
  return state === '23505' || state === '42710' || state === '42P07';
}

export function isMissingTable(error: unknown): boolean {
  return sqlState(error) === '42P01';
}

/** Undefined for the errors of the driver and of the system, which have other codes or none. */
function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

function causeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
