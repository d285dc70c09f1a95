import { EventsWebhookMalformed } from './audit/events.ts';
import { RulesError } from './gateway/service/rules.ts';
import { MasterKeyMalformed, MasterKeyMismatch } from './keys/master.ts';
import { StoreUnavailable } from './store/store.ts';

/** What keeps a service from starting. `master-key` and `options` stay until somebody does something; the others may pass. */
export type StartObstacle = 'master-key' | 'options' | 'store' | 'data' | 'port' | 'other';

/** The service did not start; the message is one line for whoever started it. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly obstacle: StartObstacle;
  /** The system's code for it, `EADDRINUSE` for instance. */
  readonly code: string | undefined;

  constructor(obstacle: StartObstacle, message: string, code?: string) {
    super(message);
    this.obstacle = obstacle;
    this.code = code;
  }
}

/** Puts what went wrong at the start into words; a fault of our own stays what it is. */
export function startFailure(error: unknown): unknown {
  const obstacle = obstacleOf(error);
  if (obstacle === undefined || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : undefined;
  return new StartFailure(obstacle, error.message.replaceAll(/\s*\n\s*/g, ' '), code);
}

/** The system's words for a directory or file that cannot be used: their messages name it. */
const dataFaults = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'EIO',
]);

function obstacleOf(error: unknown): StartObstacle | undefined {
  if (error instanceof MasterKeyMismatch || error instanceof MasterKeyMalformed) return 'master-key';
  if (error instanceof RulesError || error instanceof EventsWebhookMalformed) return 'options';
  if (error instanceof StoreUnavailable) return 'store';
  if (!(error instanceof Error && 'code' in error)) return undefined;
  if (error.code === 'EADDRINUSE' || error.code === 'EADDRNOTAVAIL') return 'port';
  if ('syscall' in error && error.syscall === 'listen') return 'port';
  return dataFaults.has(String(error.code)) ? 'data' : undefined;
}
