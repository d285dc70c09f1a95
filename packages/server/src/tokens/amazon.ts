import type { Clock } from '../clock.ts';
import { epochSeconds } from '../clock.ts';
import { type Login, type PoolProviders, proveLogin } from './login.ts';
import { subjectOf } from './oidc.ts';
import { denied, foreignApp, type OpaqueFacts, type OpaqueTokens } from './opaque.ts';

export const amazonKey = 'www.amazon.com';

const api = 'https://api.amazon.com';

/**
 * Verifies access tokens of Login with Amazon, login key `www.amazon.com`, configured as the client id. First
 * `tokeninfo` must name that client, then `/user/profile` names the user.
 * Source: Login with Amazon Developer Guide, "Obtain Customer Profile Information", server-side examples.
 * Role mappings and tag maps may use `iss`, `aud`, `app_id`, `sub` and `user_id`.
 */
export async function verifyAmazon(
  token: string,
  providers: PoolProviders,
  { clock, opaque }: { clock: Clock; opaque: OpaqueTokens },
): Promise<Login> {
  const clientIds = [
    providers.supportedLoginProviders[amazonKey] ?? '',
    ...(providers.extraClientIds?.[amazonKey] ?? []),
  ];
  const facts = await opaque.facts(token, 'amazon', () => findFacts(token, clock, opaque));
  if (!clientIds.includes(facts.audience)) throw foreignApp('Amazon');
  return proveLogin({
    provider: amazonKey,
    ...facts,
    issuer: `https://${amazonKey}`,
    roleMappingKey: amazonKey,
    amr: `${amazonKey}:${facts.audience}:${facts.subject}`,
  });
}

async function findFacts(token: string, clock: Clock, opaque: OpaqueTokens): Promise<OpaqueFacts> {
  const query = new URLSearchParams({ access_token: token });
  const info = await askAmazon(opaque, `${api}/auth/o2/tokeninfo?${query}`);
  const { iss, aud, app_id, user_id, exp } = info;
  if (iss !== undefined && iss !== `https://${amazonKey}`) throw denied('tokeninfo names another issuer');
  if (typeof aud !== 'string' || aud === '') throw denied('tokeninfo names no client');
  const profile = await askAmazon(opaque, `${api}/user/profile`, { authorization: `bearer ${token}` });
  const subject = subjectOf(profile.user_id);
  if (user_id !== undefined && user_id !== subject)
    throw denied('tokeninfo and profile name different users');
  return {
    subject,
    audience: aud,
    expiresAt: typeof exp === 'number' ? expiryOf(exp, epochSeconds(clock)) : 0,
    claims: Object.freeze({
      __proto__: null,
      iss: amazonKey,
      aud,
      sub: subject,
      user_id: subject,
      ...(typeof app_id === 'string' ? { app_id } : {}),
    }),
  };
}

/** `exp` is the number of seconds left, although it is named like a point in time. */
function expiryOf(exp: number, now: number): number {
  const aYear = 31_536_000;
  return Math.floor(exp < aYear ? now + exp : exp);
}

async function askAmazon(opaque: OpaqueTokens, url: string, headers?: Record<string, string>) {
  const { status, document } = await opaque.ask(amazonKey, url, headers);
  if (status !== 200) throw denied(`Amazon answered ${status}`);
  return document;
}
