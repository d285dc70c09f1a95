import type { Caller } from '../../access/caller.ts';
import { ServiceError } from '../../errors.ts';
import type { RequestContext } from '../protocol/operation.ts';

/** Who signed. Throws MissingAuthenticationToken. */
export function callerOf({ caller }: RequestContext): Caller {
  if (caller !== undefined) return caller;
  throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token');
}
