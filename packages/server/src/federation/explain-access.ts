import { type Context, denialMessage, type Explanation, explain, type StatementName } from '@daypass/policy';
import { sessionGrant } from '../access/assume.ts';
import { statementText } from '../access/written-policy.ts';
import type { SessionGrant } from '../credentials/issuer.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { sessionIn } from './exchange.ts';
import type { ExplainServices } from './explain.ts';
import { foresee, type Outlook, type Prospect } from './foresee.ts';
import { notFound } from './identities.ts';
import { mergedTags } from './principal-tags.ts';
import { inUse } from './session-in-use.ts';

/** Who: an identity of a pool, perhaps in one of the roles it can get, or whoever has a role. And what. */
export interface AccessQuestion {
  readonly who:
    | { readonly poolId: PoolId; readonly identityId: IdentityId; readonly roleArn: string | undefined }
    | { readonly roleArn: string };
  readonly action: string;
  readonly resource: string;
  /** What the token would say; these tags go before those that are known. */
  readonly tags: Readonly<Record<string, string>>;
  /** Condition keys of the request, in lower case. */
  readonly context: Context;
}

export interface AccessAnswer {
  /** Of an identity. */
  readonly enabled?: boolean;
  /** One for every role that the identity can get. */
  readonly sessions: readonly SessionAccess[];
  /** What others decide, a token or a foreign STS, in words. */
  readonly undetermined: readonly string[];
}

export type SessionAccess = Prospect &
  ({ readonly refused: string } | { readonly grant: SessionGrant; readonly verdict: Verdict });

export interface Verdict extends Explanation {
  /** AWS's text, when it is denied. */
  readonly denial: string | undefined;
  textOf(statement: StatementName): string | undefined;
}

/**
 * Whether somebody may do something, by the sessions he can get and the policies that bind them. What the request itself
 * would bring to conditions is known only as far as the question says it; what bucket policies say of objects is not asked.
 * Throws ResourceNotFoundException.
 */
export async function explainAccess(
  services: ExplainServices,
  question: AccessQuestion,
): Promise<AccessAnswer> {
  const { who } = question;
  if (!('identityId' in who)) {
    const prospect = { roleArn: who.roleArn, because: 'the role that was asked for' };
    const session = await sessionOf(prospect, () => anySession(services, who.roleArn, question.tags));
    return { sessions: [await judged(services, session, question)], undetermined: [] };
  }
  const pool = await services.pools.get(who.poolId);
  const identity = await services.store.getIdentityWithLogins(who.identityId);
  if (identity?.poolId !== who.poolId) throw notFound(who.identityId);
  const outlook = foresee(pool, identity);
  const { isGuest } = outlook;
  const claim = { ...outlook.claim, tags: isGuest ? {} : mergedTags([question.tags, outlook.claim.tags]) };
  const sessions = [];
  const undetermined = [...outlook.undetermined];
  for (const prospect of prospectsOf(outlook, who.roleArn)) {
    const session = await sessionOf(prospect, () =>
      sessionIn(services, prospect.roleArn, { pool, claim, isGuest }),
    );
    sessions.push(await judged(services, session, question));
    if (services.brokers.issuerFor(pool.document, prospect.roleArn) !== undefined)
      undetermined.push(`the credentials of ${prospect.roleArn} are those of a foreign STS, which decides`);
  }
  return { enabled: identity.enabled, sessions, undetermined };
}

function prospectsOf({ prospects }: Outlook, roleArn: string | undefined): readonly Prospect[] {
  if (roleArn === undefined) return prospects;
  const known = prospects.find((prospect) => prospect.roleArn === roleArn);
  return [known ?? { roleArn, because: 'the role that was asked for; the pool itself would not choose it' }];
}

type Session = Prospect & ({ readonly refused: string } | { readonly grant: SessionGrant });

async function sessionOf(prospect: Prospect, grant: () => Promise<SessionGrant>): Promise<Session> {
  try {
    return { ...prospect, grant: await grant() };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ...prospect, refused: error.reason ?? error.message };
  }
}

/** A session of a role of which nothing else is known. */
async function anySession(
  { roles, clock }: ExplainServices,
  roleArn: string,
  tags: Readonly<Record<string, string>>,
): Promise<SessionGrant> {
  const role = await roles.byArn(roleArn);
  if (role === undefined) throw new ServiceError('ResourceNotFoundException', `There is no role ${roleArn}.`);
  return sessionGrant(role, { name: 'anybody', tags }, clock.now() + role.document.maxSessionDuration * 1000);
}

async function judged(
  services: ExplainServices,
  session: Session,
  { action, resource, context }: AccessQuestion,
): Promise<SessionAccess> {
  if ('refused' in session) return session;
  const { caller, policies, context: known } = await inUse(services, session.grant);
  const request = { action, resource, context: new Map([...known, ...context]) };
  const explanation = explain(policies, request);
  return {
    ...session,
    verdict: {
      ...explanation,
      denial: explanation.decision.allowed
        ? undefined
        : denialMessage(explanation.decision, { userArn: caller.arn, action, resource }),
      textOf: (statement) => statementText(policies, statement),
    },
  };
}
