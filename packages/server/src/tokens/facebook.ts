import { isObject } from './json.ts';
import { looksLikeJwt } from './jwt.ts';
import { type Login, type PoolProviders, proveLogin } from './login.ts';
import {
  type OidcSource,
  type OidcVerifier,
  type ProvenClaims,
  presentedAudience,
  subjectOf,
} from './oidc.ts';
import { denied, foreignApp, type OpaqueFacts, type OpaqueTokens, type ProviderAnswer } from './opaque.ts';
import { TokenRefused } from './refusal.ts';

export const facebookKey = 'graph.facebook.com';

/**
 * Limited Login of the iOS SDK hands out id tokens instead of access tokens. Source: Meta for Developers, "OIDC
 * Token for Limited Login" and "Validating the Limited Login OIDC Token". Earlier versions of the pages and of the
 * SDK have www.facebook.com as issuer. `sub` is the same app-scoped user id that access tokens stand for.
 */
const limitedLogin: OidcSource = {
  providerKey: facebookKey,
  issuer: 'https://limited.facebook.com',
  alsoIssuedAs: ['https://www.facebook.com'],
  jwksUri: 'https://limited.facebook.com/.well-known/oauth/openid/jwks/',
};

/**
 * Verifies Facebook's user access tokens and Limited Login id tokens, login key `graph.facebook.com`, configured as
 * `<app id>` or `<app id>;<app secret>`; the secret lets Facebook say when a token expires, but only tokens of that one
 * app can be inspected with it. Role mappings and tag maps may use `iss` (`graph.facebook.com`), `aud`,
 * `app_id`, `sub` and `user_id`; of an id token every claim.
 * Source: Amazon Cognito Developer Guide, "Using attributes for access control", provider mappings.
 */
export function verifyFacebook(
  token: string,
  providers: PoolProviders,
  { oidc, opaque }: { oidc: OidcVerifier; opaque: OpaqueTokens },
): Login | Promise<Login> {
  const [appId = '', secret] = (providers.supportedLoginProviders[facebookKey] ?? '').split(';');
  const appIds = [appId, ...(providers.extraClientIds?.[facebookKey] ?? [])];
  if (looksLikeJwt(token)) {
    const proven = oidc.prove(token, limitedLogin);
    return proven instanceof Promise
      ? proven.then((proven) => limitedLoginOf(proven, appIds))
      : limitedLoginOf(proven, appIds);
  }
  return verifyAccessToken(token, appId, secret, appIds, opaque);
}

function limitedLoginOf(proven: ProvenClaims, appIds: readonly string[]): Login {
  const presented = presentedAudience(proven.claims);
  if (!presented.every((appId) => appIds.includes(appId))) throw foreignApp('Facebook');
  return facebookLogin({ ...proven, audience: presented[0] }, proven.issuer);
}

async function verifyAccessToken(
  token: string,
  appId: string,
  secret: string | undefined,
  appIds: readonly string[],
  opaque: OpaqueTokens,
): Promise<Login> {
  const facts = await opaque.facts(token, `facebook ${appId} ${secret ?? ''}`, () =>
    secret ? inspect(token, `${appId}|${secret}`, opaque) : introduce(token, opaque),
  );
  if (!appIds.includes(facts.audience)) throw foreignApp('Facebook');
  return facebookLogin(facts, facebookKey);
}

function facebookLogin(facts: OpaqueFacts, issuer: string): Login {
  return proveLogin({
    provider: facebookKey,
    ...facts,
    issuer,
    roleMappingKey: facebookKey,
    amr: `${facebookKey}:${facts.audience}:${facts.subject}`,
  });
}

/** With an app access token Facebook tells everything about a token. Source: Graph API reference, "Debug-Token". */
async function inspect(token: string, appToken: string, opaque: OpaqueTokens): Promise<OpaqueFacts> {
  const { data } = await askGraph(opaque, '/debug_token', { input_token: token, access_token: appToken });
  if (!isObject(data)) throw denied('debug_token says nothing about the token');
  if (data.is_valid !== true) throw refusalOf(data.error, 'Facebook says that the token is not valid');
  if (data.type !== 'USER') throw denied('not a user access token');
  const expiresAt = typeof data.expires_at === 'number' ? data.expires_at : 0;
  return factsOf(data.app_id, data.user_id, expiresAt);
}

/**
 * Without the app's secret the token itself is asked which app (`/app`) and which user (`/me`) it stands for; its
 * expiry remains unknown. Source: Graph API reference, "Application" and "User".
 */
async function introduce(token: string, opaque: OpaqueTokens): Promise<OpaqueFacts> {
  const [app, user] = await Promise.all([
    askGraph(opaque, '/app', { fields: 'id', access_token: token }),
    askGraph(opaque, '/me', { fields: 'id', access_token: token }),
  ]);
  return factsOf(app.id, user.id, 0);
}

function factsOf(appId: unknown, userId: unknown, expiresAt: number): OpaqueFacts {
  if (typeof appId !== 'string' || appId === '') throw denied('Facebook names no app for the token');
  const subject = subjectOf(userId);
  const claims = { iss: facebookKey, aud: appId, app_id: appId, sub: subject, user_id: subject };
  return { subject, audience: appId, expiresAt, claims: Object.freeze({ __proto__: null, ...claims }) };
}

async function askGraph(
  opaque: OpaqueTokens,
  path: string,
  query: Record<string, string>,
): Promise<Record<string, unknown>> {
  const url = `https://${facebookKey}${path}?${new URLSearchParams(query)}`;
  const answer: ProviderAnswer = await opaque.ask(facebookKey, url);
  if (answer.status === 200 && answer.document.error === undefined) return answer.document;
  throw refusalOf(answer.document.error, `Facebook answered ${answer.status}`);
}

/** Meta for Developers, "Handle errors": throttling and passing faults are no verdict on the token. */
const passingCodes: readonly unknown[] = [1, 2, 4, 17, 341, 368, 613];
const expiredSubcode = 463;

function refusalOf(error: unknown, otherwise: string): TokenRefused {
  if (!isObject(error)) return denied(otherwise);
  const { code, error_subcode, subcode } = error;
  if (passingCodes.includes(code)) {
    return new TokenRefused({ kind: 'provider-unavailable' }, `Facebook answers with error ${code}`);
  }
  if (error_subcode === expiredSubcode || subcode === expiredSubcode) {
    return new TokenRefused({ kind: 'expired' }, 'Facebook says that the session has expired');
  }
  return denied(`Facebook refuses the token with error ${code}`);
}
