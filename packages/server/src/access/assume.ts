import { type Context, type Decision, evaluateTrust } from '@daypass/policy';
import type { Clock } from '../clock.ts';
import { assumedRoleArn } from '../credentials/embedded.ts';
import type { SessionGrant } from '../credentials/issuer.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { Role } from './roles.ts';
import { timeKeys } from './time-keys.ts';

/** The principal that identity pools act as, on AWS and here. */
export const identityPoolPrincipal = 'cognito-identity.amazonaws.com';

/** What an identity of a pool brings to a role's trust policy. */
export interface IdentityClaim {
  readonly identityId: IdentityId;
  readonly poolId: PoolId;
  /** `authenticated` with the login's entries, or `unauthenticated`. */
  readonly amr: readonly string[];
  /** Principal tags; they become session tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The session name that Cognito gives every session of an identity pool. */
export const identityPoolSessionName = 'CognitoIdentityCredentials';

/**
 * Whether the role's trust policy lets an identity of a pool in: sts:AssumeRoleWithWebIdentity for the principal
 * `cognito-identity.amazonaws.com` with the keys `:aud` (the pool), `:sub` (the identity) and `:amr`; and, when there
 * are tags, sts:TagSession beside it. Source: IAM User Guide, "Available keys for AWS web identity federation" and
 * "Passing session tags".
 */
export function trustsIdentity(role: Role, claim: IdentityClaim, now: number): Decision {
  const context = trustContext(claim, now);
  const principal = { federated: identityPoolPrincipal };
  const assume = evaluateTrust(role.trust, {
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: role.arn,
    principal,
    context,
  });
  if (!assume.allowed || Object.keys(claim.tags).length === 0) return assume;
  return evaluateTrust(role.trust, { action: 'sts:TagSession', resource: role.arn, principal, context });
}

function trustContext(claim: IdentityClaim, now: number): Context {
  const context = new Map<string, string | readonly string[]>([
    [`${identityPoolPrincipal}:aud`, claim.poolId],
    [`${identityPoolPrincipal}:sub`, claim.identityId],
    [`${identityPoolPrincipal}:amr`, claim.amr],
    ['sts:rolesessionname', identityPoolSessionName],
    ...timeKeys(now),
  ]);
  const tagKeys = Object.keys(claim.tags);
  for (const key of tagKeys) context.set(`aws:requesttag/${key.toLowerCase()}`, claim.tags[key] ?? '');
  if (tagKeys.length > 0) context.set('aws:tagkeys', tagKeys);
  return context;
}

/** The session of an identity in a role that trusts it. `lifetime` in seconds. */
export function identityGrant(
  role: Role,
  claim: IdentityClaim,
  lifetime: number,
  clock: Clock,
): SessionGrant {
  const { roleName, roleId } = role.document;
  const account = role.arn.split(':')[4] ?? '';
  return {
    arn: assumedRoleArn(account, roleName, identityPoolSessionName),
    userId: `${roleId}:${identityPoolSessionName}`,
    account,
    roleArn: role.arn,
    roleName,
    sessionName: identityPoolSessionName,
    expiresAt: clock.now() + lifetime * 1000,
    tags: claim.tags,
    federation: {
      provider: identityPoolPrincipal,
      audience: claim.poolId,
      subject: claim.identityId,
      amr: claim.amr,
    },
    identityId: claim.identityId,
    poolId: claim.poolId,
  };
}
