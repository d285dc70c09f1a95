import type { Clock } from '../clock.ts';
import { amazonKey, verifyAmazon } from './amazon.ts';
import { type ServerSideTokenCheck, verifyUserPool } from './cognito.ts';
import { facebookKey, verifyFacebook } from './facebook.ts';
import { createProviderFetch, type ProviderFetch } from './fetch.ts';
import type { KeyEvent } from './issuer-keys.ts';
import type { Login, PoolProviders, TokenVerifier, UsedAssertions } from './login.ts';
import { OidcVerifier } from './oidc.ts';
import { verifyOidcLogin, verifyOidcToken } from './oidc-login.ts';
import { OpaqueTokens } from './opaque.ts';
import { cognitoError, cognitoTokenNotAccepted, notAPublicProvider, TokenRefused } from './refusal.ts';
import type { SamlVerifier } from './saml.ts';
import { twitterKey, verifyTwitter } from './twitter.ts';

/** The login key of tokens that pools themselves issue: where those are legal, federation takes them first. */
const ownTokensKey = 'cognito-identity.amazonaws.com';

export interface TokenVerifierOptions {
  readonly clock: Clock;
  /** Login key → where everything of that provider is fetched instead. */
  readonly overrides: ReadonlyMap<string, URL>;
  readonly log?: (event: KeyEvent) => void;
  /** Has what is fetched from providers watched. */
  readonly watched?: (fetch: ProviderFetch) => ProviderFetch;
  /** Seconds that an issuer's keys outlive their freshness while it cannot be reached. Default: one hour. */
  readonly staleSeconds?: number;
  /** Verified tokens remembered. Default: 10,000 (about 2 KB each). */
  readonly cacheSize?: number;
  /** Login keys of providers that may be at private addresses, `*` being any. Default: none. */
  readonly privateProviders?: readonly string[];
  /** What SAML assertions were used for. Without it, SAML responses are refused. */
  readonly usedAssertions?: UsedAssertions;
  /** Without it, logins of user pools with ServerSideTokenCheck are refused. */
  readonly serverSideTokenCheck?: ServerSideTokenCheck;
}

/** Throws an `Error` for an override that is neither https nor on loopback. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { clock, serverSideTokenCheck, log = () => {}, watched = (fetch) => fetch } = options;
  const { staleSeconds = 3600, cacheSize = 10_000 } = options;
  const fetch = watched(createProviderFetch(options));
  const oidc = new OidcVerifier({ keyCache: { clock, fetch, staleSeconds, log }, cacheSize });
  const opaque = new OpaqueTokens({ clock, fetch, cacheSize });
  const saml = lazySaml(clock, options.usedAssertions);

  function prove(
    key: string,
    token: string,
    providers: PoolProviders,
    trial: boolean,
  ): Login | Promise<Login> {
    if (key === ownTokensKey) throw cognitoTokenNotAccepted();
    if (key === providers.developerProviderName) throw notAPublicProvider();
    if (Object.hasOwn(providers.supportedLoginProviders, key)) {
      if (key === facebookKey) return verifyFacebook(token, providers, { oidc, opaque });
      if (key === amazonKey) return verifyAmazon(token, providers, { clock, opaque });
      if (key === twitterKey) return verifyTwitter(token, providers, { clock, opaque });
    }
    const samlProvider = providers.samlProviders.find(({ arn }) => arn === key);
    if (samlProvider) return saml().then((verifier) => verifier.verifyLogin(token, samlProvider, trial));
    return (
      verifyUserPool(key, token, providers, { oidc, serverSideTokenCheck }) ??
      verifyOidcLogin(key, token, providers, oidc)
    );
  }

  function verifying(trial: boolean): TokenVerifier['verify'] {
    return async (providerKey, token, providers) => {
      try {
        const login = prove(providerKey, token, providers, trial);
        return login instanceof Promise ? await login : login;
      } catch (error) {
        throw error instanceof TokenRefused ? cognitoError(error) : error;
      }
    };
  }

  const verifier: TokenVerifier = {
    verify: verifying(false),
    withoutTrace: () => ({ ...verifier, verify: verifying(true) }),
    verifyOidcToken: (token, expected) => verifyOidcToken(token, expected, oidc),
    verifySaml: async (response, provider) => (await saml()).verify(response, provider),
    spendSaml: async (assertion) => (await saml()).spend(assertion),
    close() {
      oidc.forget();
      opaque.forget();
      fetch.close();
    },
  };
  return verifier;
}

/** The XML libraries take longer to load than all the rest of the service: only who uses SAML waits for them. */
function lazySaml(clock: Clock, used: UsedAssertions | undefined): () => Promise<SamlVerifier> {
  let loading: Promise<SamlVerifier> | undefined;
  return async () => {
    if (used === undefined)
      throw new TokenRefused({ kind: 'not-saml' }, 'what assertions are used for is not kept here');
    loading ??= import('./saml.ts').then(({ SamlVerifier }) => new SamlVerifier(clock, used));
    return loading;
  };
}
