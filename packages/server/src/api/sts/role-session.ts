import { type SessionAsked, sessionGrant } from '../../access/assume.ts';
import type { Role } from '../../access/roles.ts';
import type { SessionGrant } from '../../credentials/issuer.ts';
import { ServiceError } from '../../errors.ts';
import type { Output } from '../protocol/operation.ts';
import { credentialsOutput } from './credentials.ts';
import type { StsServices } from './services.ts';
import { packedPolicySize, type SessionPolicies } from './session-policies.ts';

/** The role that a request names; undefined when there is none of this ARN. Throws ValidationError. */
export function findRole({ roles }: Pick<StsServices, 'roles'>, arn: string): Promise<Role | undefined> {
  const [, resource] = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:(.+)$/s.exec(arn) ?? [];
  if (resource === undefined) throw new ServiceError('ValidationError', `${arn} is invalid`);
  if (!resource.startsWith('role/')) throw new ServiceError('ValidationError', 'Request ARN is invalid');
  return roles.byArn(arn);
}

/** A session that a role has agreed to. */
interface Agreed {
  readonly role: Role;
  readonly session: SessionAsked;
  readonly policies: SessionPolicies;
  /** Seconds. */
  readonly lifetime: number;
  /** What the session keeps of how it came to be. */
  readonly origin: Pick<SessionGrant, 'federation' | 'identityId' | 'poolId'>;
  /** Asked when all else is well; throws to refuse. */
  readonly admit?: () => Promise<void>;
}

/** Bytes of a session, so that its token fits well into the headers of every later request. */
const largestSession = 8192;

/** Hands out credentials, in the members that all ways to assume a role answer with. Throws PackedPolicyTooLarge. */
export async function openSession(
  { clock, credentials }: Pick<StsServices, 'clock' | 'credentials'>,
  { role, session, policies, lifetime, origin, admit }: Agreed,
): Promise<Output> {
  const packedSize = packedPolicySize(policies, session.tags);
  const grant = {
    ...sessionGrant(role, session, clock.now() + lifetime * 1000),
    ...policies,
    ...origin,
  };
  if (Buffer.byteLength(JSON.stringify(grant)) > largestSession) {
    throw new ServiceError('PackedPolicyTooLarge', 'Serialized token too large for session');
  }
  await admit?.();
  return {
    Credentials: credentialsOutput(await credentials.issue(grant)),
    AssumedRoleUser: { AssumedRoleId: grant.userId, Arn: grant.arn },
    PackedPolicySize: packedSize,
    SourceIdentity: session.sourceIdentity,
  };
}

/** The one answer to whoever is not let in without having signed; the reason is for the log. */
export function notAuthorized(action: string, reason: string): ServiceError {
  return new ServiceError('AccessDenied', `Not authorized to perform ${action}`, { reason });
}

const hour = 3600;

/**
 * Seconds that a session lives: an hour unless the request says otherwise, at most what the role allows, and at most an
 * hour for a session that comes from other temporary credentials: of another role, or, as AWS's answers show, of
 * GetSessionToken. Throws ValidationError.
 */
export function lifetimeOf(role: Role, asked = hour, isChained = false): number {
  if (isChained && asked > hour) {
    throw new ServiceError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (asked > role.document.maxSessionDuration) {
    throw new ServiceError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  return asked;
}
