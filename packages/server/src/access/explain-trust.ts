import { explainTrust, type StatementExplanation } from '@daypass/policy';
import {
  type IdentityClaim,
  identityKeys,
  identityPoolPrincipal,
  identityPoolSessionName,
  sessionKeys,
} from './assume.ts';
import type { Role } from './roles.ts';
import { timeKeys } from './time-keys.ts';

/** What each statement of a role's trust policy says to an identity of a pool; `now` in milliseconds since the epoch. */
export function explainIdentityTrust(
  role: Role,
  claim: IdentityClaim,
  now: number,
): readonly StatementExplanation[] {
  const session = { name: identityPoolSessionName, tags: claim.tags };
  const context = new Map([...identityKeys(claim), ...sessionKeys(session), ...timeKeys(now)]);
  const actions = [
    'sts:AssumeRoleWithWebIdentity',
    ...(Object.keys(claim.tags).length > 0 ? ['sts:TagSession'] : []),
  ];
  return actions.flatMap(
    (action) =>
      explainTrust(role.trust, {
        action,
        resource: role.arn,
        principal: { federated: identityPoolPrincipal },
        context,
      }).statements,
  );
}
