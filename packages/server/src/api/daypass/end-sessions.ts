import type { IdentityId } from '../../ids.ts';
import type { DaypassServices } from './services.ts';

/** Milliseconds: an exchange that had looked at the identity before it was changed has answered by then. */
const underWay = 1000;

/** Ends every session of an identity that was changed, one that is just being handed out too. */
export function endSessions(
  { revocations, clock }: Pick<DaypassServices, 'revocations' | 'clock'>,
  identityId: IdentityId,
): Promise<void> {
  return revocations.revoke({ kind: 'identity', identityId }, clock.now() + underWay);
}
