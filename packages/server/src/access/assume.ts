import {
  type CompiledPolicy,
  type Context,
  type Decision,
  evaluateTrust,
  type PolicySet,
  type PrincipalSet,
} from '@daypass/policy';
import type { Clock } from '../clock.ts';
import { assumedRoleArn } from '../credentials/embedded.ts';
import type { SessionGrant } from '../credentials/issuer.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { oidcProviderArn, type Place } from './arn.ts';
import type { Role } from './roles.ts';
import { timeKeys } from './time-keys.ts';

/** What a session is to be called and to carry, as far as trust policies ask about it. */
export interface SessionAsked {
  readonly name: string;
  /** Session tags, inherited ones among them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string | undefined;
}

/** Somebody at the door of a role. */
export interface Assumption {
  readonly action: 'sts:AssumeRole' | 'sts:AssumeRoleWithWebIdentity' | 'sts:AssumeRoleWithSAML';
  readonly principal: PrincipalSet;
  readonly session: SessionAsked;
  /** What else is known of the principal and of the request, the keys in lower case. */
  readonly context: Context;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What was not allowed, and by whose policy. */
export interface AssumptionRefused {
  readonly action: string;
  readonly decision: Decision;
}

/**
 * Asks the role's trust policy, and for AssumeRole the caller's own policies beside it: first for the assumption
 * itself, then for sts:TagSession when the session has tags and for sts:SetSourceIdentity when it has a source
 * identity, inherited ones included. Undefined when all is allowed. Source: IAM User Guide, "Pass session tags in AWS
 * STS" and "Monitor and control actions taken with assumed roles".
 */
export function assumptionRefused(
  role: { readonly arn: string; readonly trust: CompiledPolicy },
  { action, principal, session, context, now }: Assumption,
  callerPolicies?: PolicySet,
): AssumptionRefused | undefined {
  const whole = new Map([...context, ...sessionKeys(session), ...timeKeys(now)]);
  const actions: string[] = [action];
  if (Object.keys(session.tags).length > 0) actions.push('sts:TagSession');
  if (session.sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
  for (const action of actions) {
    const request = { action, resource: role.arn, principal, context: whole };
    const decision = evaluateTrust(role.trust, request, callerPolicies);
    if (!decision.allowed) return { action, decision };
  }
  return undefined;
}

export function sessionKeys({ name, tags, transitiveTagKeys = [], sourceIdentity }: SessionAsked): Context {
  const context = new Map<string, string | readonly string[]>([['sts:rolesessionname', name]]);
  const tagKeys = Object.keys(tags);
  for (const key of tagKeys) context.set(`aws:requesttag/${key.toLowerCase()}`, tags[key] ?? '');
  if (tagKeys.length > 0) context.set('aws:tagkeys', tagKeys);
  if (transitiveTagKeys.length > 0) context.set('sts:transitivetagkeys', transitiveTagKeys);
  if (sourceIdentity !== undefined) context.set('sts:sourceidentity', sourceIdentity);
  return context;
}

/** A session of a role that let somebody in; `expiresAt` in milliseconds since the epoch. */
export function sessionGrant(role: Role, session: SessionAsked, expiresAt: number): SessionGrant {
  const { roleName, roleId } = role.document;
  const account = role.arn.split(':')[4] ?? '';
  const { name, tags, transitiveTagKeys = [], sourceIdentity } = session;
  return {
    arn: assumedRoleArn(account, roleName, name),
    userId: `${roleId}:${name}`,
    account,
    roleArn: role.arn,
    roleName,
    sessionName: name,
    expiresAt,
    tags,
    ...(transitiveTagKeys.length > 0 && { transitiveTagKeys }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  };
}

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
 * `cognito-identity.amazonaws.com`, and sts:TagSession beside it when there are tags.
 */
export function trustsIdentity(role: Role, claim: IdentityClaim, now: number): { readonly allowed: boolean } {
  const refused = assumptionRefused(role, {
    action: 'sts:AssumeRoleWithWebIdentity',
    principal: { federated: identityPoolPrincipal },
    session: { name: identityPoolSessionName, tags: claim.tags },
    context: identityKeys(claim),
    now,
  });
  return refused?.decision ?? { allowed: true };
}

/** Providers of access tokens, which are known without being registered, and the condition key of the user at each. */
export const accessTokenProviders: ReadonlyMap<string, string> = new Map([
  ['graph.facebook.com', 'id'],
  ['www.amazon.com', 'user_id'],
]);

/** Google's login key: the one provider of id tokens that is known without being registered. */
export const google = 'accounts.google.com';

const knownUnregistered = new Set([identityPoolPrincipal, google, ...accessTokenProviders.keys()]);

/**
 * The value of `aws:FederatedProvider`: the ARN of a provider registered in IAM, and the name alone of those that AWS
 * knows by itself. User pools are among these even when they are registered, as AWS's answers show.
 * Source: IAM User Guide, "AWS global condition context keys".
 */
export function federatedProvider(place: Pick<Place, 'account'>, provider: string): string {
  return knownUnregistered.has(provider) || /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com\//.test(provider)
    ? provider
    : oidcProviderArn(place, provider);
}

/** `:aud` is the pool, `:sub` the identity. Source: IAM User Guide, "Available keys for AWS web identity federation". */
export function identityKeys({ poolId, identityId, amr }: IdentityClaim): Context {
  return new Map<string, string | readonly string[]>([
    [`${identityPoolPrincipal}:aud`, poolId],
    [`${identityPoolPrincipal}:sub`, identityId],
    [`${identityPoolPrincipal}:amr`, amr],
    ['aws:federatedprovider', identityPoolPrincipal],
  ]);
}

/** What a session keeps of the identity that it belongs to. */
export function identityOrigin({
  poolId,
  identityId,
  amr,
}: IdentityClaim): Pick<SessionGrant, 'federation' | 'identityId' | 'poolId'> {
  return {
    federation: { provider: identityPoolPrincipal, audience: poolId, subject: identityId, amr },
    identityId,
    poolId,
  };
}

/** The session of an identity in a role that trusts it. `lifetime` in seconds. */
export function identityGrant(
  role: Role,
  claim: IdentityClaim,
  lifetime: number,
  clock: Clock,
): SessionGrant {
  const session = { name: identityPoolSessionName, tags: claim.tags };
  return {
    ...sessionGrant(role, session, clock.now() + lifetime * 1000),
    ...identityOrigin(claim),
  };
}
