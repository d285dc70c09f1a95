import { apple } from './apple.ts';
import { google } from './google.ts';
import { type Login, type OidcExpectation, type OidcToken, type PoolProviders, proveLogin } from './login.ts';
import { type OidcSource, type OidcVerifier, type ProvenClaims, presentedAudience } from './oidc.ts';
import { TokenRefused } from './refusal.ts';

/** Providers whose id tokens SupportedLoginProviders can name, each with one client id. */
const publicProviders: ReadonlyMap<string, OidcSource> = new Map([
  [google.providerKey, google],
  [apple.providerKey, apple],
]);

/** One way a pool accepts a login key: these clients of it, under this name in its configuration. */
interface Acceptance {
  readonly clientIds: readonly string[];
  readonly roleMappingKey: string;
  readonly amr: (audience: string, subject: string) => string;
}

/**
 * Verifies id tokens of Google, Apple and every OpenID Connect provider registered through IAM; Google and Apple may
 * be both named by SupportedLoginProviders and registered, and then either's client ids will do. Role mappings and
 * tag maps may use every claim of the token.
 */
export function verifyOidcLogin(
  key: string,
  token: string,
  providers: PoolProviders,
  oidc: OidcVerifier,
): Login | Promise<Login> {
  const acceptances = acceptancesOf(key, providers);
  if (acceptances.length === 0) {
    throw new TokenRefused({ kind: 'unsupported-provider' }, 'the pool has no such provider');
  }
  const registered = providers.openIdConnectProviders.find(({ url }) => url === `https://${key}`);
  const proven = oidc.prove(token, sourceOf(key, registered?.thumbprints));
  return proven instanceof Promise
    ? proven.then((proven) => loginOf(key, proven, acceptances))
    : loginOf(key, proven, acceptances);
}

/** Proves an id token of `issuer` that was issued to one of `clientIds`; throws `TokenRefused`. */
export async function verifyOidcToken(
  token: string,
  { issuer, clientIds, thumbprints }: OidcExpectation,
  oidc: OidcVerifier,
): Promise<OidcToken> {
  const proven = await oidc.prove(token, sourceOf(issuer.replace(/^https:\/\//, ''), thumbprints));
  const presented = presentedAudience(proven.claims);
  if (!areAll(presented, clientIds)) throw foreignAudience(presented);
  return { ...proven, audience: presented[0] };
}

/** The certificates of Google and Apple are those of public authorities, whatever somebody registers. */
function sourceOf(key: string, thumbprints: readonly string[] = []): OidcSource {
  return publicProviders.get(key) ?? { providerKey: key, issuer: `https://${key}`, thumbprints };
}

function acceptancesOf(key: string, providers: PoolProviders): readonly Acceptance[] {
  const extra = providers.extraClientIds?.[key] ?? [];
  const acceptances: Acceptance[] = [];
  const clientId = publicProviders.has(key) ? providers.supportedLoginProviders[key] : undefined;
  if (clientId !== undefined) {
    acceptances.push({
      clientIds: [clientId, ...extra],
      roleMappingKey: key,
      amr: (audience, subject) => `${key}:${audience}:${subject}`,
    });
  }
  for (const { arn, url, clientIds } of providers.openIdConnectProviders) {
    if (url !== `https://${key}`) continue;
    acceptances.push({
      clientIds: extra.length === 0 ? clientIds : [...clientIds, ...extra],
      roleMappingKey: arn,
      amr: (_audience, subject) => `${arn}:OIDC:${subject}`,
    });
  }
  return acceptances;
}

function loginOf(key: string, proven: ProvenClaims, acceptances: readonly Acceptance[]): Login {
  const presented = presentedAudience(proven.claims);
  const accepted = acceptances.find(({ clientIds }) => areAll(presented, clientIds));
  if (!accepted) throw foreignAudience(presented);
  const [audience] = presented;
  return proveLogin({
    provider: key,
    ...proven,
    audience,
    roleMappingKey: accepted.roleMappingKey,
    amr: accepted.amr(audience, proven.subject),
  });
}

function areAll(presented: readonly string[], accepted: readonly string[]): boolean {
  return presented.every((clientId) => accepted.includes(clientId));
}

/** Client ids are no secrets: naming them is what tells an operator which one to add. */
function foreignAudience(presented: readonly string[]): TokenRefused {
  return new TokenRefused(
    { kind: 'audience' },
    `the token was issued to ${presented.join(' ').slice(0, 200)}, which is not accepted here`,
  );
}
