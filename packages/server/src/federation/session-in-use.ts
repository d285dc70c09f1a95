import type { Context, PolicySet } from '@daypass/policy';
import type { Place } from '../access/arn.ts';
import type { Caller, SessionCaller } from '../access/caller.ts';
import { withRoleTags } from '../access/credentials.ts';
import { contextOf } from '../access/policies.ts';
import type { Roles } from '../access/roles.ts';
import { timeKeys } from '../access/time-keys.ts';
import type { Clock } from '../clock.ts';
import type { SessionGrant } from '../credentials/issuer.ts';

/** A session that nobody has, as it would be used at this moment. */
export interface SessionInUse {
  readonly caller: SessionCaller;
  readonly policies: PolicySet;
  /** What conditions know before there is a request, apart from what only a request has. */
  readonly context: Context;
}

export async function inUse(
  services: {
    readonly clock: Clock;
    readonly place: Place;
    readonly roles: Roles;
    policiesOf(caller: Caller): Promise<PolicySet | undefined>;
  },
  grant: SessionGrant,
): Promise<SessionInUse> {
  const now = services.clock.now();
  const { region, account } = services.place;
  const session = { ...grant, kind: 'session', accessKeyId: 'ASIAEXPLANATION', issuedAt: now } as const;
  const caller = withRoleTags(session, await services.roles.byArn(grant.roleArn));
  return {
    caller,
    policies: (await services.policiesOf(caller)) ?? { identity: [] },
    context: new Map([
      ...contextOf(caller),
      ...timeKeys(now),
      ['aws:requestedregion', region],
      ['aws:resourceaccount', account],
    ] as const),
  };
}
