import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { epochSeconds } from '../clock.ts';
import { type Login, type PoolProviders, proveLogin } from './login.ts';
import { subjectOf } from './oidc.ts';
import { denied, type OpaqueFacts, type OpaqueTokens } from './opaque.ts';
import { TokenRefused } from './refusal.ts';

export const twitterKey = 'api.twitter.com';

const verifyCredentials = `https://${twitterKey}/1.1/account/verify_credentials.json`;

/**
 * Verifies Twitter's (X's) user access tokens, login key `api.twitter.com`: the token is `<token>;<token secret>`,
 * the configuration `<consumer key>;<consumer secret>`. The question is signed with both, so only a token of this
 * consumer is answered. Source: X API v1.1, "GET account/verify_credentials"; the two forms: AWS API reference,
 * CreateIdentityPool example. Role mappings and tag maps may use `iss`, `aud` (the consumer key) and `sub`.
 */
export async function verifyTwitter(
  token: string,
  providers: PoolProviders,
  { clock, opaque }: { clock: Clock; opaque: OpaqueTokens },
): Promise<Login> {
  const configured = providers.supportedLoginProviders[twitterKey] ?? '';
  const [consumerKey, consumerSecret, ...noMore] = configured.split(';');
  if (!consumerKey || !consumerSecret || noMore.length > 0) {
    throw new TokenRefused(
      { kind: 'unsupported-provider' },
      'not configured as <consumer key>;<consumer secret>',
    );
  }
  const [accessToken, tokenSecret, ...rest] = token.split(';');
  if (!accessToken || !tokenSecret || rest.length > 0) throw denied('not <token>;<token secret>');
  const credentials = { consumerKey, consumerSecret, accessToken, tokenSecret };
  const facts = await opaque.facts(token, `twitter ${configured}`, () =>
    findFacts(credentials, clock, opaque),
  );
  return proveLogin({
    provider: twitterKey,
    ...facts,
    issuer: `https://${twitterKey}`,
    roleMappingKey: twitterKey,
    amr: `${twitterKey}:${facts.audience}:${facts.subject}`,
  });
}

async function findFacts(
  credentials: OAuthCredentials,
  clock: Clock,
  opaque: OpaqueTokens,
): Promise<OpaqueFacts> {
  const authorization = oauthHeader('GET', verifyCredentials, credentials, {
    nonce: randomBytes(16).toString('hex'),
    timestamp: epochSeconds(clock),
  });
  const { status, document } = await opaque.ask(twitterKey, verifyCredentials, { authorization });
  if (status !== 200) throw denied(`Twitter answered ${status}`);
  // `id` is a number beyond what JavaScript keeps exactly.
  const subject = subjectOf(document.id_str);
  const claims = { iss: twitterKey, aud: credentials.consumerKey, sub: subject };
  return {
    subject,
    audience: credentials.consumerKey,
    expiresAt: 0,
    claims: Object.freeze({ __proto__: null, ...claims }),
  };
}

export interface OAuthCredentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly tokenSecret: string;
}

/** The Authorization header of OAuth 1.0 with HMAC-SHA1 (RFC 5849 §3.4, §3.5.1), for a URL without query. */
export function oauthHeader(
  method: string,
  url: string,
  credentials: OAuthCredentials,
  { nonce, timestamp }: { nonce: string; timestamp: number },
): string {
  // In ascending order of name, as the signature base string wants them.
  const parameters: [string, string][] = [
    ['oauth_consumer_key', credentials.consumerKey],
    ['oauth_nonce', nonce],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(timestamp)],
    ['oauth_token', credentials.accessToken],
    ['oauth_version', '1.0'],
  ];
  const normalized = parameters.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  const base = [method, url, normalized].map(encode).join('&');
  const key = `${encode(credentials.consumerSecret)}&${encode(credentials.tokenSecret)}`;
  const signature = createHmac('sha1', key).update(base).digest('base64');
  const header = [...parameters, ['oauth_signature', signature] as const];
  return `OAuth ${header.map(([name, value]) => `${name}="${encode(value)}"`).join(', ')}`;
}

/** Percent-encoding of RFC 5849 §3.6, which spares less than `encodeURIComponent`. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
