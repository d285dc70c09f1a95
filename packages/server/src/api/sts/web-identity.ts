import type { Context } from '@daypass/policy';
import { oidcProviderArn, type Place } from '../../access/arn.ts';
import {
  accessTokenProviders,
  federatedProvider,
  google,
  identityKeys,
  identityOrigin,
  identityPoolPrincipal,
} from '../../access/assume.ts';
import type { Role } from '../../access/roles.ts';
import type { SessionGrant } from '../../credentials/issuer.ts';
import { ServiceError } from '../../errors.ts';
import { verifyPoolToken } from '../../federation/pool-token.ts';
import { parseJwt } from '../../tokens/jwt.ts';
import type { OidcToken } from '../../tokens/login.ts';
import { presentedAudience } from '../../tokens/oidc.ts';
import { TokenRefused } from '../../tokens/refusal.ts';
import { notAuthorized } from './role-session.ts';
import type { StsServices } from './services.ts';
import type { GivenTags } from './session-tags.ts';
import { type Tagging, taggingOf } from './token-tags.ts';

/** Somebody whom a token of an outside provider, or of one of our pools, has proven. */
export interface WebIdentity extends Tagging {
  /** The names that a trust policy can have for the provider. */
  readonly principals: readonly string[];
  /** Condition keys of the token, in lower case. */
  readonly context: Context;
  /** As the answer shows them. */
  readonly provider: string;
  readonly subject: string;
  readonly audience: string;
  readonly origin: Pick<SessionGrant, 'federation' | 'identityId' | 'poolId'>;
}

/**
 * Proves an id token: of one of our own pools, of Google, or of a provider registered in IAM. Throws `TokenRefused` and
 * InvalidIdentityToken.
 */
export async function proveIdToken(services: StsServices, token: string): Promise<WebIdentity> {
  const { claims } = parseJwt(token);
  const { iss } = claims;
  if (typeof iss !== 'string') {
    throw new TokenRefused({ kind: 'missing-claim', claim: 'iss' }, 'the token has no issuer');
  }
  if (iss === services.issuer()) return provePoolToken(services, token);
  const key = keyOf(iss);
  const arn = oidcProviderArn(services.place, key);
  const registered = (await services.store.collection('oidc_providers').get(arn))?.value;
  if (registered === undefined && key !== google) throw notRegistered(iss);
  const presented = presentedAudience(claims);
  const clientIds = registered?.clientIds ?? [];
  const proven = await services.tokens.verifyOidcToken(token, {
    issuer: `https://${key}`,
    // Google is a provider without being registered; which of its clients count is for the trust policy to say.
    clientIds: key === google ? presented : clientIds,
    thumbprints: registered?.thumbprints ?? [],
  });
  const isRegistered = presented.every((client) => clientIds.includes(client));
  return {
    principals: [...(isRegistered ? [arn] : []), ...(key === google ? [google] : [])],
    ...oidcIdentity(services.place, key, proven),
  };
}

/** The issuer without its scheme, as providers are registered; only Google's tokens may lack one. */
function keyOf(iss: string): string {
  const key = iss === google ? google : /^https:\/\/([\x21-\x7e]{1,255})$/.exec(iss)?.[1];
  if (key === undefined) throw notRegistered(iss);
  return key;
}

function notRegistered(iss: string): ServiceError {
  return new ServiceError(
    'InvalidIdentityToken',
    `No OpenIDConnect provider found in your account for ${iss}`,
  );
}

function oidcIdentity(place: Place, key: string, { issuer, subject, audience, claims }: OidcToken) {
  const context = claimKeys(key, claims);
  context.set('aws:federatedprovider', federatedProvider(place, key));
  if (key === google) {
    context.set(`${google}:oaud`, context.get(`${google}:aud`) ?? '');
    context.set(`${google}:aud`, audience);
  }
  const amr = context.get(`${key.toLowerCase()}:amr`) ?? [];
  const aud = context.get(`${key.toLowerCase()}:aud`);
  return {
    context,
    provider: issuer,
    subject,
    audience,
    origin: {
      federation: {
        provider: key,
        audience: typeof aud === 'string' ? aud : audience,
        subject,
        amr: typeof amr === 'string' ? [amr] : amr,
      },
    },
    ...taggingOf(claims),
  };
}

/**
 * Every claim that is text or a list of texts, as `<issuer without scheme>:<claim>`. Condition keys have no case, claims
 * have: were `Email` taken for `email`, whoever may set the one could pass for the other. So only names in lower case
 * count, as all those that AWS knows are.
 */
function claimKeys(
  key: string,
  claims: Readonly<Record<string, unknown>>,
): Map<string, string | readonly string[]> {
  const context = new Map<string, string | readonly string[]>();
  for (const [claim, value] of Object.entries(claims)) {
    if (claim !== claim.toLowerCase()) continue;
    if (typeof value === 'string') context.set(`${key.toLowerCase()}:${claim}`, value);
    else if (isTexts(value)) context.set(`${key.toLowerCase()}:${claim}`, value);
  }
  return context;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

async function provePoolToken(services: StsServices, token: string): Promise<WebIdentity> {
  const claim = await verifyPoolToken(services, token);
  const identity = await services.store.getIdentity(claim.identityId);
  // AWS's STS cannot know this; here a token does not outlive its identity.
  if (identity?.enabled !== true) {
    throw notAuthorized(
      'sts:AssumeRoleWithWebIdentity',
      `identity ${claim.identityId} is disabled or deleted`,
    );
  }
  return {
    principals: [identityPoolPrincipal],
    context: identityKeys(claim),
    provider: identityPoolPrincipal,
    subject: claim.identityId,
    audience: claim.poolId,
    origin: identityOrigin(claim),
    tags: Object.entries(claim.tags).map(([Key, Value]) => ({ Key, Value })) satisfies GivenTags,
    transitiveTagKeys: [],
    sourceIdentity: undefined,
  };
}

/**
 * Proves an access token of Facebook or Login with Amazon, which `ProviderId` must name. Such tokens are handed out to
 * any app, so they count only for apps that the role's trust policy names by `graph.facebook.com:app_id` or
 * `www.amazon.com:app_id`: a role that names none is not asked whether it would let everybody in. Throws AccessDenied, ValidationError, and the
 * `ServiceError` of the verifier, its cause a `TokenRefused`.
 */
export async function proveAccessToken(
  { tokens }: Pick<StsServices, 'tokens'>,
  providerId: string,
  token: string,
  role: Role | undefined,
): Promise<WebIdentity> {
  const userKey = accessTokenProviders.get(providerId);
  if (userKey === undefined) {
    throw new ServiceError('ValidationError', `${providerId} is not a supported ProviderId`);
  }
  const [appId, ...more] = appIdsNamedBy(role, `${providerId}:app_id`);
  if (appId === undefined) {
    throw notAuthorized(
      'sts:AssumeRoleWithWebIdentity',
      `there is no such role, or its trust policy names no ${providerId}:app_id`,
    );
  }
  const { subject, audience } = await tokens.verify(providerId, token, {
    supportedLoginProviders: { [providerId]: appId },
    extraClientIds: { [providerId]: more },
    openIdConnectProviders: [],
    cognitoIdentityProviders: [],
    samlProviders: [],
  });
  return {
    principals: [providerId],
    context: new Map([
      [`${providerId}:app_id`, audience],
      [`${providerId}:${userKey}`, subject],
      ['aws:federatedprovider', providerId],
    ]),
    provider: providerId,
    subject,
    audience,
    origin: { federation: { provider: providerId, audience, subject, amr: [] } },
    tags: [],
    transitiveTagKeys: [],
    sourceIdentity: undefined,
  };
}

function appIdsNamedBy(role: Role | undefined, key: string): readonly string[] {
  const conditions = role?.trust.statements.flatMap(({ source }) => source.conditions) ?? [];
  return (
    conditions
      .filter((condition) => condition.key.toLowerCase() === key)
      .flatMap((condition) => condition.values)
      // A semicolon would part an app's id from its secret.
      .filter((value) => !value.includes(';'))
  );
}
