import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type IdentityId, type PoolId, uniqueId } from '../ids.ts';
import type { SealingKey, SealingKeys } from '../keys/sealing.ts';
import type { CredentialIssuer, OwnerCredentialIssuer, OwnerGrant, SessionGrant } from './issuer.ts';
import type { OwnerSession, SamlName, SessionCaller } from './session.ts';

/**
 * Daypass's own temporary credentials. Nothing is stored: the session token is the session, authenticated by a key
 * that all nodes share, and the secret key follows from the token.
 *
 *     token  = base64( kind | length of key id | key id | session as JSON | tag )
 *     tag    = bytes 0–31  of HMAC-SHA-512(sealing key, everything before the tag)
 *     secret = bytes 32–61 of the same, as 40 base64 letters
 *
 * HMAC-SHA-512 is a pseudo-random function: its first half, which the token shows, says nothing about the second.
 */
export interface EmbeddedCredentials extends CredentialIssuer, OwnerCredentialIssuer {
  /** The session behind a token, if we made it and it is bound to this access key. Expired sessions are opened too. */
  open(accessKeyId: string, sessionToken: string): Promise<OpenedSession | undefined>;
}

export interface OpenedSession {
  readonly session: SessionCaller | OwnerSession;
  readonly secretKey: string;
}

/** The first byte of a token says whose session it is: one of a role, or one of a long-term key's owner. */
const kinds = { session: 1, owner: 2 } as const;
const tagBytes = 32;
const secretBytes = 30;
/** Longer ones were not made here: the largest session policy, tags and ARNs fit into half of it. */
const longestToken = 16_384;

export function embeddedCredentials(options: { keys: SealingKeys; clock: Clock }): EmbeddedCredentials {
  const { keys, clock } = options;
  return {
    async issue(grant) {
      const accessKeyId = uniqueId('ASIA');
      const sealed = seal(keys.current(), kinds.session, pack(grant, accessKeyId, clock.now()));
      return { accessKeyId, ...sealed, expiration: new Date(grant.expiresAt) };
    },

    async issueToOwner(grant) {
      const accessKeyId = uniqueId('ASIA');
      const sealed = seal(keys.current(), kinds.owner, packOwner(grant, accessKeyId, clock.now()));
      return { accessKeyId, ...sealed, expiration: new Date(grant.expiresAt) };
    },

    async open(accessKeyId, sessionToken) {
      const sealed = unwrap(sessionToken);
      const key = sealed && (await keys.find(sealed.keyId));
      if (sealed === undefined || key === undefined) return undefined;
      const mac = createHmac('sha512', key.key).update(sealed.authenticated).digest();
      if (!timingSafeEqual(mac.subarray(0, tagBytes), sealed.tag)) return undefined;
      const session = sealed.kind === kinds.owner ? unpackOwner(sealed.payload) : unpack(sealed.payload);
      if (session.accessKeyId !== accessKeyId) return undefined;
      return { session, secretKey: secretOf(mac) };
    },
  };
}

type Kind = (typeof kinds)[keyof typeof kinds];

function seal(
  key: SealingKey,
  kind: Kind,
  payload: string,
): { sessionToken: string; secretAccessKey: string } {
  const payloadBytes = Buffer.byteLength(payload);
  const authenticatedBytes = 2 + key.id.length + payloadBytes;
  const token = Buffer.allocUnsafe(authenticatedBytes + tagBytes);
  token[0] = kind;
  token[1] = key.id.length;
  token.write(key.id, 2, 'latin1');
  token.write(payload, 2 + key.id.length, 'utf8');
  const mac = createHmac('sha512', key.key).update(token.subarray(0, authenticatedBytes)).digest();
  mac.copy(token, authenticatedBytes, 0, tagBytes);
  return { sessionToken: token.toString('base64'), secretAccessKey: secretOf(mac) };
}

function secretOf(mac: Buffer): string {
  return mac.toString('base64', tagBytes, tagBytes + secretBytes);
}

interface Sealed {
  readonly kind: Kind;
  readonly keyId: string;
  readonly authenticated: Buffer;
  readonly payload: Buffer;
  readonly tag: Buffer;
}

function unwrap(sessionToken: string): Sealed | undefined {
  if (sessionToken.length > longestToken) return undefined;
  const token = Buffer.from(sessionToken, 'base64');
  const keyIdEnd = 2 + (token[1] ?? 0);
  const end = token.length - tagBytes;
  const kind = Object.values(kinds).find((known) => known === token[0]);
  if (kind === undefined || end < keyIdEnd) return undefined;
  return {
    kind,
    keyId: token.toString('latin1', 2, keyIdEnd),
    authenticated: token.subarray(0, end),
    payload: token.subarray(keyIdEnd, end),
    tag: token.subarray(end),
  };
}

/** A role's session inside a token; short names, since every request carries them. */
interface Packed {
  readonly k: string;
  readonly r: string;
  readonly u: string;
  readonly n: string;
  readonly i: number;
  readonly e: number;
  readonly t?: Readonly<Record<string, string>>;
  readonly f?: readonly [provider: string, audience: string, subject: string, amr: readonly string[]];
  readonly q?: SamlName;
  readonly d?: string;
  readonly p?: string;
  readonly s?: string;
  readonly m?: readonly string[];
  readonly o?: string;
  readonly x?: readonly string[];
}

function pack(grant: SessionGrant, accessKeyId: string, issuedAt: number): string {
  const { federation, tags } = grant;
  return JSON.stringify({
    k: accessKeyId,
    r: grant.roleArn,
    u: grant.userId,
    n: grant.sessionName,
    i: issuedAt,
    e: grant.expiresAt,
    t: Object.keys(tags).length === 0 ? undefined : tags,
    f: federation && [federation.provider, federation.audience, federation.subject, federation.amr],
    q: federation?.saml,
    d: grant.identityId,
    p: grant.poolId,
    s: grant.sessionPolicy,
    m: grant.sessionPolicyArns,
    o: grant.sourceIdentity,
    x: grant.transitiveTagKeys,
  });
}

// What is inside a token that passed its MAC was written by `pack`.
function unpack(payload: Buffer): SessionCaller {
  const packed = JSON.parse(payload.toString('utf8')) as Packed;
  const account = packed.r.split(':')[4] ?? '';
  const roleName = packed.r.slice(packed.r.lastIndexOf('/') + 1);
  return {
    kind: 'session',
    accessKeyId: packed.k,
    arn: assumedRoleArn(account, roleName, packed.n),
    userId: packed.u,
    account,
    roleArn: packed.r,
    roleName,
    sessionName: packed.n,
    issuedAt: packed.i,
    expiresAt: packed.e,
    tags: packed.t ?? {},
    ...(packed.f && {
      federation: {
        provider: packed.f[0],
        audience: packed.f[1],
        subject: packed.f[2],
        amr: packed.f[3],
        ...(packed.q && { saml: packed.q }),
      },
    }),
    ...(packed.d !== undefined && { identityId: packed.d as IdentityId }),
    ...(packed.p !== undefined && { poolId: packed.p as PoolId }),
    ...(packed.s !== undefined && { sessionPolicy: packed.s }),
    ...(packed.m && { sessionPolicyArns: packed.m }),
    ...(packed.o !== undefined && { sourceIdentity: packed.o }),
    ...(packed.x && { transitiveTagKeys: packed.x }),
  };
}

/** The session of a long-term key's owner inside a token; without a user it is root's. */
interface PackedOwner {
  readonly k: string;
  readonly i: number;
  readonly e: number;
  readonly u?: readonly [userName: string, userId: string];
}

function packOwner({ owner, expiresAt }: OwnerGrant, accessKeyId: string, issuedAt: number): string {
  const u = owner.kind === 'user' ? ([owner.userName, owner.userId] as const) : undefined;
  return JSON.stringify({ k: accessKeyId, i: issuedAt, e: expiresAt, u });
}

function unpackOwner(payload: Buffer): OwnerSession {
  const { k, i, e, u } = JSON.parse(payload.toString('utf8')) as PackedOwner;
  return {
    kind: 'owner',
    accessKeyId: k,
    owner: u === undefined ? { kind: 'root' } : { kind: 'user', userName: u[0], userId: u[1] },
    issuedAt: i,
    expiresAt: e,
  };
}

/** The ARN of a role session; the role's path is not part of it. */
export function assumedRoleArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}
