import type { Clock } from '../clock.ts';
import { apple } from './apple.ts';
import { createProviderFetch } from './fetch.ts';
import { google } from './google.ts';
import type { KeyEvent } from './issuer-keys.ts';
import { type Login, type PoolProviders, proveLogin, type TokenVerifier } from './login.ts';
import { type OidcSource, OidcVerifier, type ProvenClaims, presentedAudience } from './oidc.ts';
import { cognitoError, cognitoTokenNotAccepted, notAPublicProvider, TokenRefused } from './refusal.ts';

/** The login key under which this service's own tokens are given back to it. */
export const ownTokensKey = 'cognito-identity.amazonaws.com';

export interface TokenVerifierOptions {
  readonly clock: Clock;
  /** Login key → where everything of that provider is fetched instead. */
  readonly overrides: ReadonlyMap<string, URL>;
  readonly log?: (event: KeyEvent) => void;
  /** Seconds that an issuer's keys outlive their freshness when it cannot be reached. Default: one hour. */
  readonly staleSeconds?: number;
  /** Verified tokens remembered. Default: 10,000 (about 2 KB each). */
  readonly cacheSize?: number;
  /** Lets providers be at private addresses. Default: false. */
  readonly allowPrivateAddresses?: boolean;
  /** Proves a token of our own pools where such a token is legal; without it they are refused. */
  readonly ownTokens?: (token: string) => Promise<Login>;
}

/** One way a pool accepts a login key: these clients of it, under this name in its configuration. */
interface Acceptance {
  readonly clientIds: readonly string[];
  readonly roleMappingKey: string;
  readonly amr: (audience: string, subject: string) => string;
}

const publicOidc: ReadonlyMap<string, OidcSource> = new Map([
  [google.providerKey, google],
  [apple.providerKey, apple],
]);

export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const fetch = createProviderFetch(options);
  const oidc = new OidcVerifier({
    keyCache: {
      clock: options.clock,
      fetch,
      staleSeconds: options.staleSeconds ?? 3600,
      log: options.log ?? (() => {}),
    },
    cacheSize: options.cacheSize ?? 10_000,
  });

  function verifyLogin(key: string, token: string, providers: PoolProviders): Login | Promise<Login> {
    if (key === ownTokensKey) {
      if (!options.ownTokens) throw cognitoTokenNotAccepted();
      return options.ownTokens(token);
    }
    if (key === providers.developerProviderName) throw notAPublicProvider();
    return verifyOidcLogin(key, token, providers);
  }

  function verifyOidcLogin(key: string, token: string, providers: PoolProviders): Login | Promise<Login> {
    const acceptances = acceptancesOf(key, providers);
    if (acceptances.length === 0) {
      throw new TokenRefused({ kind: 'unsupported-provider' }, 'the pool has no such provider');
    }
    const proven = oidc.prove(token, sourceOf(key));
    const login = (proven: ProvenClaims) => oidcLogin(key, proven, acceptances);
    return proven instanceof Promise ? proven.then(login) : login(proven);
  }

  return {
    async verify(providerKey, token, providers) {
      try {
        const login = verifyLogin(providerKey, token, providers);
        return login instanceof Promise ? await login : login;
      } catch (error) {
        throw error instanceof TokenRefused ? cognitoError(error) : error;
      }
    },
    async verifyOidcToken(token, { issuer, clientIds }) {
      const proven = await oidc.prove(token, sourceOf(issuer.replace('https://', '')));
      return { ...proven, audience: acceptedAudience(proven, clientIds) };
    },
    close() {
      oidc.forget();
      fetch.close();
    },
  };
}

function sourceOf(key: string): OidcSource {
  return publicOidc.get(key) ?? { providerKey: key, issuer: `https://${key}` };
}

function acceptancesOf(key: string, providers: PoolProviders): readonly Acceptance[] {
  const extra = providers.extraClientIds?.[key] ?? [];
  const acceptances: Acceptance[] = [];
  if (publicOidc.has(key) && Object.hasOwn(providers.supportedLoginProviders, key)) {
    acceptances.push({
      clientIds: [providers.supportedLoginProviders[key] ?? '', ...extra],
      roleMappingKey: key,
      amr: (audience, subject) => `${key}:${audience}:${subject}`,
    });
  }
  for (const { arn, url, clientIds } of providers.openIdConnectProviders) {
    if (url !== `https://${key}`) continue;
    acceptances.push({
      clientIds: [...clientIds, ...extra],
      roleMappingKey: arn,
      amr: (_audience, subject) => `${arn}:OIDC:${subject}`,
    });
  }
  return acceptances;
}

function oidcLogin(key: string, proven: ProvenClaims, acceptances: readonly Acceptance[]): Login {
  const presented = presentedAudience(proven.claims);
  const accepted = acceptances.find(({ clientIds }) => presented.every((id) => clientIds.includes(id)));
  if (!accepted) throw foreignAudience();
  const [audience] = presented;
  return proveLogin({
    provider: key,
    ...proven,
    audience,
    roleMappingKey: accepted.roleMappingKey,
    amr: accepted.amr(audience, proven.subject),
  });
}

function acceptedAudience(proven: ProvenClaims, clientIds: readonly string[]): string {
  const presented = presentedAudience(proven.claims);
  if (!presented.every((id) => clientIds.includes(id))) throw foreignAudience();
  return presented[0];
}

function foreignAudience(): TokenRefused {
  return new TokenRefused({ kind: 'audience' }, 'the token was issued to a client that is not accepted here');
}
