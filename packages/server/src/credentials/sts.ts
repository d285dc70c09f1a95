import { createHash } from 'node:crypto';
import { type IdentityClaim, identityPoolSessionName } from '../access/assume.ts';
import { guestScopeDown } from '../access/guest-scope-down.ts';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import type { BrokerSettings, PoolDocument } from '../store/documents.ts';
import type { ForeignSts, WebIdentityRequest } from './foreign-sts.ts';
import type { CredentialIssuer, SessionGrant, TemporaryCredentials } from './issuer.ts';
import { misconfigured } from './misconfigured.ts';
import { recentCredentials } from './recent-credentials.ts';
import { fillSessionPolicy, SessionPolicyRefused } from './session-policy.ts';

/** Where the credentials of some pools' roles come from when they are not our own. */
export interface Brokers {
  /**
   * Undefined for a role whose credentials are our own. Throws InvalidIdentityPoolConfigurationException when the pool
   * hands out tokens with which its users could go to the foreign STS themselves, past what is decided here.
   */
  issuerFor(pool: PoolDocument, roleArn: string): CredentialIssuer | undefined;
  /**
   * Asks the foreign STS of a role for the session once, for real, and throws what it gives away. Undefined for a role
   * whose credentials are our own.
   */
  tryOut(pool: PoolDocument, grant: SessionGrant): Promise<BrokerTrial> | undefined;
}

/** What a foreign STS was asked, and what it said. */
export interface BrokerTrial {
  /** URL of the STS. */
  readonly endpoint: string;
  /** The role there. */
  readonly roleArn: string;
  /** What was asked of it; undefined when it was not asked, for the reason of the refusal. */
  readonly asked?: Omit<WebIdentityRequest, 'webIdentityToken'>;
  /** Undefined when it gave credentials. The reason holds its own words. */
  readonly refusal?: ServiceError;
}

export interface BrokerServices {
  readonly clock: Clock;
  readonly sts: ForeignSts;
  /** An OpenID token for an identity, for a foreign STS to verify; `lifetime` in seconds. */
  mint(claim: IdentityClaim, lifetime: number): Promise<string>;
  /** The same issuer, watched over for audit and metrics as the one of our own credentials is. */
  observed(issuer: CredentialIssuer): CredentialIssuer;
}

/** Source: STS API reference, AssumeRoleWithWebIdentity, DurationSeconds. */
const shortestSession = 900;

export function openBrokers(services: BrokerServices): Brokers {
  const recent = recentCredentials(services);
  const { clock, sts, mint } = services;

  /** What the foreign STS is to be asked for a session, whatever the time. */
  function questionFor(broker: BrokerSettings, grant: SessionGrant, claim: IdentityClaim) {
    return {
      roleArn: broker.roleArn ?? grant.roleArn,
      roleSessionName: broker.sessionName === 'identity' ? sessionName(claim) : identityPoolSessionName,
      ...sessionPolicies(broker, grant, claim),
    };
  }

  const secondsLeft = ({ expiresAt }: SessionGrant): number =>
    Math.max(Math.ceil((expiresAt - clock.now()) / 1000), shortestSession);

  async function ask(
    { endpoint }: BrokerSettings,
    asked: Omit<WebIdentityRequest, 'webIdentityToken'>,
    claim: IdentityClaim,
  ): Promise<TemporaryCredentials> {
    // The token lives as long as the session: SeaweedFS ends sessions with the token.
    const webIdentityToken = await mint(claim, asked.durationSeconds);
    return sts.assumeRole(endpoint, { ...asked, webIdentityToken });
  }

  function issuer(broker: BrokerSettings): CredentialIssuer {
    return {
      async issue(grant) {
        const claim = claimOf(grant);
        const question = questionFor(broker, grant, claim);
        const askNow = () => ask(broker, { ...question, durationSeconds: secondsLeft(grant) }, claim);
        if (broker.cache === false) return askNow();
        const key = JSON.stringify([broker.endpoint, question, claim]);
        return recent.get(createHash('sha256').update(key).digest('base64'), grant.expiresAt, askNow);
      },
    };
  }

  async function trial(
    broker: BrokerSettings,
    pool: PoolDocument,
    grant: SessionGrant,
  ): Promise<BrokerTrial> {
    const there = { endpoint: broker.endpoint, roleArn: broker.roleArn ?? grant.roleArn };
    let asked: BrokerTrial['asked'];
    try {
      keepTokensIn(pool, grant.roleArn, broker);
      const claim = claimOf(grant);
      asked = { ...questionFor(broker, grant, claim), durationSeconds: secondsLeft(grant) };
      await ask(broker, asked, claim);
      return { ...there, asked };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { ...there, ...(asked && { asked }), refusal: error };
    }
  }

  return {
    issuerFor(pool, roleArn) {
      const broker = brokerOf(pool, roleArn);
      if (broker === undefined) return undefined;
      keepTokensIn(pool, roleArn, broker);
      return services.observed(issuer(broker));
    },

    tryOut(pool, grant) {
      const broker = brokerOf(pool, grant.roleArn);
      return broker && trial(broker, pool, grant);
    },
  };
}

/** Throws for a pool that hands out tokens with which its users could go to the foreign STS themselves. */
function keepTokensIn(pool: PoolDocument, roleArn: string, { sessionPolicy }: BrokerSettings): void {
  if (pool.allowClassicFlow !== false) {
    throw misconfigured(
      `${roleArn} is brokered, and with the pool’s basic flow anybody could take any role of the foreign STS: set AllowClassicFlow to false`,
    );
  }
  if (sessionPolicy !== undefined && pool.developerProviderName !== undefined) {
    throw misconfigured(
      `${roleArn} is brokered with a session policy, which the tokens of developer authenticated identities get around: take the pool’s developer provider away, or the session policy`,
    );
  }
}

/** A role by its ARN, before `*`, which is every role that is not named. */
function brokerOf({ settings }: PoolDocument, roleArn: string): BrokerSettings | undefined {
  const brokers = settings?.brokers;
  if (brokers === undefined) return undefined;
  return Object.hasOwn(brokers, roleArn) ? brokers[roleArn] : brokers['*'];
}

function claimOf({ identityId, poolId, federation, tags }: SessionGrant): IdentityClaim {
  if (identityId === undefined || poolId === undefined || federation === undefined) {
    throw new Error('only sessions of a pool’s identities are brokered');
  }
  return { identityId, poolId, amr: federation.amr, tags };
}

/** The identity id in the letters that a session name may have, no longer than 64 of them. */
function sessionName({ identityId }: IdentityClaim): string {
  return identityId.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);
}

/** The ARNs of policies that are no managed policies of AWS and go inline. */
const inlineScopeDown = 'arn:aws:iam::aws:policy/daypass/';

/** What narrows the session: the role's own session policy, or what the pool lets guests do at most. */
function sessionPolicies(
  { sessionPolicy }: BrokerSettings,
  grant: SessionGrant,
  claim: IdentityClaim,
): Pick<WebIdentityRequest, 'policy' | 'policyArns'> {
  const arns = grant.sessionPolicyArns ?? [];
  const policyArns = arns.filter((arn) => !arn.startsWith(inlineScopeDown));
  const scopeDown = arns
    .filter((arn) => arn.startsWith(inlineScopeDown))
    .map((arn) => guestScopeDown.get(arn));
  const [policy, ...more] = [sessionPolicy, grant.sessionPolicy, ...scopeDown].filter(
    (text) => text !== undefined,
  );
  if (more.length > 0) {
    throw misconfigured(
      'a request has room for one session policy, and both the role and the guests’ scope-down have one: set GuestScopeDown to NONE, or leave the role’s SessionPolicy out',
    );
  }
  return {
    ...(policy !== undefined && { policy: filled(policy, claim) }),
    ...(policyArns.length > 0 && { policyArns }),
  };
}

function filled(policy: string, claim: IdentityClaim): string {
  try {
    return fillSessionPolicy(policy, claim);
  } catch (error) {
    throw error instanceof SessionPolicyRefused ? misconfigured(error.message) : error;
  }
}
