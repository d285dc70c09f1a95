import type { Clock } from '../clock.ts';
import type { EmbeddedCredentials } from '../credentials/embedded.ts';
import type { OwnerSession } from '../credentials/session.ts';
import type { AccessKeys } from './access-keys.ts';
import type { Place } from './arn.ts';
import type { Caller, RootCaller, SessionCaller, UserCaller } from './caller.ts';
import type { Revocations } from './revocations.ts';
import { isSessionOf, type Role, type Roles } from './roles.ts';
import type { User, Users } from './users.ts';

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
const lostOwner: OpenedCredentials = { status: 'unknown', reason: 'the user of the session is gone' };

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

  async function openLongTerm(accessKeyId: string): Promise<OpenedCredentials> {
    const key = await accessKeys.byId(accessKeyId);
    if (key === undefined) return unknownKey;
    if (!key.active) return inactiveKey;
    const { owner, secretKey } = key;
    if (owner.kind === 'root')
      return { status: 'valid', secretKey, caller: rootCaller(place, { accessKeyId }) };
    const user = await users.byName(owner.userName);
    // The user says which keys are his: a user made anew under an old name does not take over its keys.
    if (!user?.document.accessKeyIds.includes(accessKeyId)) return unknownKey;
    return { status: 'valid', secretKey, caller: userCaller(place, user, { accessKeyId }) };
  }

  async function openOwner(session: OwnerSession, secretKey: string): Promise<OpenedCredentials> {
    const { owner, accessKeyId, issuedAt } = session;
    const key = { accessKeyId, issuedAt };
    if (owner.kind === 'root') return { status: 'valid', secretKey, caller: rootCaller(place, key) };
    const user = await users.byName(owner.userName);
    if (user?.document.userId !== owner.userId) return lostOwner;
    return { status: 'valid', secretKey, caller: userCaller(place, user, key) };
  }

  return async (accessKeyId, sessionToken) => {
    if (sessionToken === undefined) return openLongTerm(accessKeyId);
    const opened = await sessions.open(accessKeyId, sessionToken);
    if (opened === undefined) return { status: 'unknown', reason: 'the session token was not made here' };
    const { session, secretKey } = opened;
    if (session.expiresAt <= clock.now()) return { status: 'expired', reason: 'the session has expired' };
    if (session.kind === 'owner') return openOwner(session, secretKey);
    const revoked = await revocations.of(session);
    if (revoked !== undefined) return { status: 'expired', reason: revoked };
    return {
      status: 'valid',
      secretKey,
      caller: withRoleTags(session, await roles.byName(session.roleName)),
    };
  };
}

/** What an owner signs with: a long-term key, or temporary credentials. */
type Key = Pick<UserCaller, 'accessKeyId' | 'issuedAt'>;

function rootCaller({ account }: Place, key: Key): RootCaller {
  return { kind: 'root', ...key, arn: `arn:aws:iam::${account}:root`, userId: account, account };
}

function userCaller({ account }: Place, { arn, document }: User, key: Key): UserCaller {
  const { userName, userId, tags } = document;
  return { kind: 'user', ...key, arn, userId, account, userName, tags };
}

/**
 * Puts the role's tags beneath the session's own: a session tag replaces the role's of the same key, whatever the case.
 * Source: IAM User Guide, "Passing session tags in AWS STS".
 */
export function withRoleTags(session: SessionCaller, role: Role | undefined): SessionCaller {
  if (role === undefined || !isSessionOf(session, role)) return session;
  const own = new Set(Object.keys(session.tags).map((key) => key.toLowerCase()));
  const inherited = Object.entries(role.document.tags).filter(([key]) => !own.has(key.toLowerCase()));
  if (inherited.length === 0) return session;
  return { ...session, tags: { ...Object.fromEntries(inherited), ...session.tags } };
}
