import { readFile } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { AwsError, callPublic } from '../service/aws-api.ts';
import {
  readSession,
  type Session,
  type SessionCredentials,
  type SessionFlags,
  writeSession,
} from './session.ts';

/** Milliseconds that credentials must still hold to be handed out: AWS's tools ask again only when they end. */
const leastLife = 5 * 60_000;

/** Who wants credentials, and by what. */
export type Visitor = Omit<Session, 'identityId' | 'credentials'> & { readonly identityId?: string };

/** Exchanges a token, or nothing for a guest, for an identity and its credentials. */
export async function exchange(visitor: Visitor): Promise<Session> {
  const { endpoint, poolId, identityId, roleArn, login } = visitor;
  const answer = await callPublic({ url: endpoint }, 'Federate', {
    IdentityPoolId: poolId,
    // A signed-in user is known by the token alone; a guest is nobody without the id.
    ...(login === undefined && identityId !== undefined && { IdentityId: identityId }),
    ...(login && { Logins: { [login.provider]: await tokenOf(login) } }),
    ...(roleArn !== undefined && { CustomRoleArn: roleArn }),
  });
  const { AccessKeyId, SecretKey, SessionToken, Expiration } = answer.Credentials as Record<string, unknown>;
  return {
    ...visitor,
    identityId: String(answer.IdentityId),
    credentials: {
      accessKeyId: String(AccessKeyId),
      secretAccessKey: String(SecretKey),
      sessionToken: String(SessionToken),
      expiration: new Date(Number(Expiration) * 1000).toISOString(),
    },
  };
}

/** The credentials of a sign-in, new ones where the old ones are about to end. Throws a `Failure` when that is over. */
export async function currentCredentials(
  flags: SessionFlags,
  now = Date.now(),
): Promise<{ session: Session; credentials: SessionCredentials }> {
  const session = await readSession(flags);
  const remaining = Date.parse(session.credentials.expiration) - now;
  if (remaining > leastLife) return { session, credentials: session.credentials };
  try {
    const renewed = await exchange(session);
    await writeSession(flags, renewed);
    return { session: renewed, credentials: renewed.credentials };
  } catch (error) {
    // What is there still serves for a while.
    if (remaining > 60_000) return { session, credentials: session.credentials };
    if (!(error instanceof AwsError)) throw error;
    throw new Failure(`the sign-in is over (${error.message}); run daypass login.`);
  }
}

async function tokenOf({ token, tokenFile }: NonNullable<Session['login']>): Promise<string> {
  if (tokenFile === undefined) return token ?? '';
  const text = await readFile(tokenFile, 'utf8').catch(() => {
    throw new Failure(`the token file ${tokenFile} cannot be read.`);
  });
  return text.trim();
}
