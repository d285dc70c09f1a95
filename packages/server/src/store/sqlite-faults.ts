import { StoreUnavailable } from './store.ts';

/** SQLite's primary result codes an operator can do something about. Source: sqlite.org/rescode.html. */
const reasons: ReadonlyMap<number, string> = new Map([
  [5, 'is locked by another process'],
  [6, 'is locked by another process'],
  [8, 'cannot be written: the file or its directory is read-only'],
  [10, 'cannot be read or written: the disk reports an error'],
  [11, 'is damaged; restore it from a backup'],
  [13, 'cannot be written: the disk is full'],
  [14, 'cannot be opened; its directory must exist and be writable'],
  [26, 'is not a SQLite database'],
]);

/** The same for the system's own errors, when the file is opened. */
const systemReasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'cannot be written: permission denied'],
  ['EISDIR', 'cannot be opened: it is a directory'],
  ['EMFILE', 'cannot be opened: too many open files'],
  ['ENOENT', 'cannot be opened: its directory does not exist'],
  ['ENOSPC', 'cannot be written: the disk is full'],
  ['ENOTDIR', 'cannot be opened: its directory is a file'],
  ['EPERM', 'cannot be written: permission denied'],
  ['EROFS', 'cannot be written: the file system is read-only'],
]);

/** The `StoreUnavailable` for a fault of the database `name`; any other error, a mistake of the caller, as it is. */
export function sqliteFault(name: string, error: unknown): Error {
  if (!(error instanceof Error)) return new StoreUnavailable(`${name} failed`, { cause: error });
  const code = resultCode(error);
  const reason =
    (code === undefined ? undefined : (reasons.get(code) ?? `failed with SQLite result code ${code}`)) ??
    systemReason(error);
  return reason === undefined ? error : new StoreUnavailable(`${name} ${reason}`, { cause: error });
}

/** Whether another connection holds a lock (SQLITE_BUSY, SQLITE_LOCKED). */
export function isLocked(error: unknown): boolean {
  const code = error instanceof Error ? resultCode(error) : undefined;
  return code === 5 || code === 6;
}

function systemReason(error: Error): string | undefined {
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  // What node:sqlite throws once the connection is closed.
  if (error.code === 'ERR_INVALID_STATE') return 'is closed';
  return (
    systemReasons.get(error.code) ?? ('syscall' in error ? `cannot be opened: ${error.code}` : undefined)
  );
}

/** The primary result code: the low byte of the extended one. */
function resultCode(error: Error): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
