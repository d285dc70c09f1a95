import { type Decision, evaluate, type PolicySet, type StatementExplanation } from '@daypass/policy';
import type { Caller } from '../access/caller.ts';
import { explainIdentityTrust } from '../access/explain-trust.ts';
import type { SessionGrant } from '../credentials/issuer.ts';
import type { BrokerTrial } from '../credentials/sts.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { Login } from '../tokens/login.ts';
import { chooseRole } from './choose-role.ts';
import { type FederationServices, sessionIn } from './exchange.ts';
import { asNobody, describeTrial } from './explain-brokers.ts';
import type { Pool } from './pools.ts';
import { inUse } from './session-in-use.ts';
import { arrive, comeBack, type Logins, type Standing } from './standing.ts';

export interface ExplainServices extends FederationServices {
  policiesOf(caller: Caller): Promise<PolicySet | undefined>;
}

export interface Question {
  readonly poolId: PoolId;
  readonly identityId: IdentityId | undefined;
  readonly logins: Logins;
  readonly customRoleArn: string | undefined;
  /** What the session would be used for. */
  readonly asked: readonly { readonly action: string; readonly resource: string }[];
}

/** One step of the exchange, and how it went. */
export interface Step {
  readonly name: 'Pool' | 'Token' | 'Identity' | 'Role' | 'Trust' | 'Session';
  readonly outcome: 'ok' | 'refused';
  readonly detail: string;
  /** What the client would have been told, when it was refused here. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Every statement of the trust policy, and what kept it from applying. */
  readonly statements?: readonly StatementExplanation[];
  /** What the foreign STS was asked, when the role is brokered. */
  readonly broker?: BrokerTrial;
}

export interface Answer {
  readonly steps: readonly Step[];
  /** Present when the identity is known already, or was named. */
  readonly identityId?: IdentityId;
  readonly roleArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** None for a brokered role: what its sessions may do is decided there. */
  readonly permissions: readonly {
    readonly action: string;
    readonly resource: string;
    readonly decision: Decision;
  }[];
}

/**
 * Goes through the exchange as GetCredentialsForIdentity or Federate would, and says of every step how it went and why.
 * Nothing is written here and no credentials are given out; a foreign STS is really asked for the session, as what it says
 * is not to be known otherwise, and what it gives is thrown away.
 */
export async function explainFederation(services: ExplainServices, question: Question): Promise<Answer> {
  const steps: Step[] = [];
  const refused = (name: Step['name'], error: unknown, more: Partial<Step> = {}): Answer => {
    if (!(error instanceof ServiceError)) throw error;
    const { code, message, reason } = error;
    steps.push({ name, outcome: 'refused', detail: reason ?? message, error: { code, message }, ...more });
    return { steps, permissions: [] };
  };
  const ok = (name: Step['name'], detail: string, more: Partial<Step> = {}): void => {
    steps.push({ name, outcome: 'ok', detail, ...more });
  };

  let pool: Pool;
  try {
    pool = await services.pools.get(question.poolId);
    ok('Pool', `${pool.document.name} (${question.poolId})`);
  } catch (error) {
    return refused('Pool', error);
  }

  let tokensHold = true;
  for (const [key, token] of Object.entries(question.logins)) {
    try {
      ok('Token', describeLogin(await services.tokens.verify(key, token, pool.providers)));
    } catch (error) {
      tokensHold = false;
      refused('Token', error);
    }
  }
  if (!tokensHold) return { steps, permissions: [] };

  let standing: Standing;
  let identityExists: boolean;
  try {
    const preview = await settle(services, question);
    ({ standing, identityExists } = preview);
    ok('Identity', preview.detail);
  } catch (error) {
    return refused('Identity', error);
  }

  let roleArn: string;
  try {
    roleArn = chooseRole(pool.document, standing, question.customRoleArn);
    ok('Role', roleArn);
  } catch (error) {
    return refused('Role', error);
  }

  const role = await services.roles.byArn(roleArn);
  const trust = role && explainIdentityTrust(role, standing.claim, services.clock.now());
  let grant: SessionGrant;
  try {
    grant = await sessionIn(services, roleArn, standing);
    ok('Trust', 'the role trusts this identity', trust && { statements: trust });
  } catch (error) {
    return { ...refused('Trust', error, trust && { statements: trust }), roleArn, tags: standing.claim.tags };
  }
  const found = {
    ...(identityExists && { identityId: standing.claim.identityId }),
    roleArn,
    tags: standing.claim.tags,
  };
  const broker = await services.brokers.tryOut(
    pool.document,
    identityExists ? grant : asNobody(grant, services.place),
  );
  if (broker?.refusal) return { ...refused('Session', broker.refusal, { broker }), ...found };
  if (broker !== undefined) {
    const elsewhere = question.asked.length > 0 ? '; what it may do is decided there' : '';
    ok('Session', describeTrial(broker) + elsewhere, { broker });
    return { steps, ...found, permissions: [] };
  }
  ok('Session', `until ${new Date(grant.expiresAt).toISOString()} as ${grant.arn}`);
  return { steps, ...found, permissions: await permissionsOf(services, grant, question.asked) };
}

function describeLogin({ provider, subject, audience, expiresAt }: Login): string {
  const until = expiresAt === 0 ? 'without expiry' : `until ${new Date(expiresAt * 1000).toISOString()}`;
  return `${provider}: user ${subject}, issued to ${audience}, ${until}`;
}

/** Stops an exchange at the moment before something is written. */
class BeforeWriting extends Error {
  readonly standing: Standing;

  constructor(standing: Standing) {
    super('nothing is written');
    this.standing = standing;
  }
}

async function settle(
  services: ExplainServices,
  question: Question,
): Promise<{ standing: Standing; identityExists: boolean; detail: string }> {
  const stop = async (standing: Standing): Promise<never> => {
    throw new BeforeWriting(standing);
  };
  const { poolId, identityId, logins } = question;
  try {
    const standing =
      identityId === undefined
        ? await arrive(services, poolId, logins, stop)
        : await comeBack(services, identityId, logins, stop);
    return { standing, identityExists: true, detail: standing.claim.identityId };
  } catch (error) {
    if (!(error instanceof BeforeWriting)) throw error;
    const { standing } = error;
    const identityExists = (await services.store.getIdentity(standing.claim.identityId)) !== undefined;
    const detail = identityExists
      ? `${standing.claim.identityId}, after linking or merging`
      : standing.isGuest
        ? 'a new guest'
        : 'a new identity';
    return { standing, identityExists, detail };
  }
}

async function permissionsOf(
  services: ExplainServices,
  grant: SessionGrant,
  asked: Question['asked'],
): Promise<Answer['permissions']> {
  if (asked.length === 0) return [];
  const { policies, context } = await inUse(services, grant);
  return asked.map(({ action, resource }) => ({
    action,
    resource,
    decision: evaluate(policies, { action, resource, context }),
  }));
}
