import type { Clock } from '../clock.ts';
import type { EmbeddedCredentials } from '../credentials/embedded.ts';
import type { AccessKeys } from './access-keys.ts';
import type { Place } from './arn.ts';
import type { Caller, SessionCaller } from './caller.ts';
import type { Revocations } from './revocations.ts';
import { isSessionOf, type Role, type Roles } from './roles.ts';
import type { Users } from './users.ts';

export type OpenedCredentials =
  | { readonly status: 'valid'; readonly secretKey: string; readonly caller: Caller }
  /** `unknown`: no such key, or a token that we did not make; `expired`: past its time, or revoked. */
  | { readonly status: 'unknown' | 'expired'; readonly reason: string };

/** The secret key and the caller behind an access key id, or why there is none. */
export type OpenCredentials = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => Promise<OpenedCredentials>;

const unknownKey: OpenedCredentials = { status: 'unknown', reason: 'no such access key' };
const inactiveKey: OpenedCredentials = { status: 'unknown', reason: 'the access key is inactive' };

export function credentialOpener(options: {
  clock: Clock;
  place: Place;
  accessKeys: AccessKeys;
  users: Users;
  roles: Roles;
  sessions: EmbeddedCredentials;
  revocations: Revocations;
}): OpenCredentials {
  const { clock, place, accessKeys, users, roles, sessions, revocations } = options;
  const { account } = place;

  async function openLongTerm(accessKeyId: string): Promise<OpenedCredentials> {
    const key = await accessKeys.byId(accessKeyId);
    if (key === undefined) return unknownKey;
    if (!key.active) return inactiveKey;
    const { owner, secretKey } = key;
    if (owner.kind === 'root') {
      const arn = `arn:aws:iam::${account}:root`;
      return {
        status: 'valid',
        secretKey,
        caller: { kind: 'root', accessKeyId, arn, userId: account, account },
      };
    }
    const user = await users.byName(owner.userName);
    // The user says which keys are his: a user made anew under an old name does not take over its keys.
    if (!user?.document.accessKeyIds.includes(accessKeyId)) return unknownKey;
    const { userName, userId, tags } = user.document;
    return {
      status: 'valid',
      secretKey,
      caller: { kind: 'user', accessKeyId, arn: user.arn, userId, account, userName, tags },
    };
  }

  return async (accessKeyId, sessionToken) => {
    if (sessionToken === undefined) return openLongTerm(accessKeyId);
    const opened = await sessions.open(accessKeyId, sessionToken);
    if (opened === undefined) return { status: 'unknown', reason: 'the session token was not made here' };
    const { session, secretKey } = opened;
    if (session.expiresAt <= clock.now()) return { status: 'expired', reason: 'the session has expired' };
    const revoked = await revocations.of(session);
    if (revoked !== undefined) return { status: 'expired', reason: revoked };
    return {
      status: 'valid',
      secretKey,
      caller: withRoleTags(session, await roles.byName(session.roleName)),
    };
  };
}

/**
 * Puts the role's tags beneath the session's own: a session tag replaces the role's of the same key, whatever the case.
 * Source: IAM User Guide, "Passing session tags in AWS STS".
 */
function withRoleTags(session: SessionCaller, role: Role | undefined): SessionCaller {
  if (role === undefined || !isSessionOf(session, role)) return session;
  const own = new Set(Object.keys(session.tags).map((key) => key.toLowerCase()));
  const inherited = Object.entries(role.document.tags).filter(([key]) => !own.has(key.toLowerCase()));
  if (inherited.length === 0) return session;
  return { ...session, tags: { ...Object.fromEntries(inherited), ...session.tags } };
}
