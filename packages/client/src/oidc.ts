import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  calculatePKCECodeChallenge,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  None,
  processAuthorizationCodeResponse,
  processDiscoveryResponse,
  processRefreshTokenResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import { secureStorage } from './storage/secure.ts';
import type { AuthStorage } from './storage/storage.ts';

export interface OidcConfig {
  /** The provider's issuer URL; `https`, or `http` on loopback. */
  readonly issuer: string;
  /** The app's client ID: a public client, which has no secret. */
  readonly clientId: string;
  /** Where the provider sends the user back to, exactly as registered. */
  readonly redirectUri: string;
  /** Space-separated; the default asks for a refresh token too. */
  readonly scope?: string;
  /** Where the sign-in under way and the refresh token are kept; encrypted in IndexedDB by default. */
  readonly storage?: AuthStorage;
}

/** Sign-in at an OpenID Connect provider by redirect (authorization code with PKCE, RFC 7636). */
export interface OidcSignIn {
  /** The URL to send the user to. */
  authorizationUrl(): Promise<string>;
  /**
   * The ID token of a sign-in that `authorizationUrl` began, once the user is back at `url`.
   *
   * @throws Error when the sign-in was not begun here, was refused by the provider, or its answer proves nothing
   */
  completeSignIn(url: string): Promise<string>;
  /** A fresh ID token by the refresh token: the `tokenProvider` of `createAuth`. */
  tokenProvider(): Promise<string | undefined>;
  /** Forgets the refresh token. */
  forget(): Promise<void>;
}

/**
 * Signs in at an OpenID Connect provider and keeps its token fresh.
 *
 * @example
 * ```ts
 * const oidc = createOidcSignIn({ issuer: 'https://login.example.com', clientId: 'game', redirectUri: `${location.origin}/back` });
 * const auth = createAuth({ identityPoolId, endpoint, tokenProvider: oidc.tokenProvider });
 * // on sign-in:
 * location.assign(await oidc.authorizationUrl());
 * // at /back:
 * const token = await oidc.completeSignIn(location.href);
 * await auth.federateToIdentityPool({ token, provider: AuthProvider.oidc('Example', 'https://login.example.com') });
 * ```
 */
export function createOidcSignIn({
  issuer,
  clientId,
  redirectUri,
  scope = 'openid offline_access',
  storage = secureStorage(),
}: OidcConfig): OidcSignIn {
  const client: Client = { client_id: clientId };
  const issuerUrl = new URL(issuer);
  const insecure = { [allowInsecureRequests]: isLoopback(issuerUrl) };
  const key = `daypass.oidc.${clientId}@${issuer}`;
  let discovered: Promise<AuthorizationServer> | undefined;

  const discover = () => {
    discovered ??= discoveryRequest(issuerUrl, insecure).then((response) =>
      processDiscoveryResponse(issuerUrl, response),
    );
    discovered.catch(() => {
      discovered = undefined;
    });
    return discovered;
  };

  const keep = async ({ refresh_token: refreshToken }: TokenEndpointResponse) => {
    if (refreshToken) await storage.setItem(`${key}.refresh`, refreshToken);
  };

  const forget = async () => void (await storage.removeItem(`${key}.refresh`));

  return {
    forget,

    async authorizationUrl() {
      const server = await discover();
      if (!server.authorization_endpoint) throw new Error(`${issuer} has no authorization endpoint.`);
      const verifier = generateRandomCodeVerifier();
      const begun: Begun = { verifier, state: generateRandomState(), nonce: generateRandomNonce() };
      await storage.setItem(`${key}.begun`, JSON.stringify(begun));
      const url = new URL(server.authorization_endpoint);
      const parameters = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope,
        // Without it a provider may leave the refresh token out (OpenID Connect Core 1.0, section 11).
        ...(scope.split(' ').includes('offline_access') && { prompt: 'consent' }),
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: begun.state,
        nonce: begun.nonce,
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    async completeSignIn(url) {
      const begun = begunIn(await storage.getItem(`${key}.begun`));
      if (!begun) throw new Error('No sign-in was begun here.');
      // One answer for one question: a second use of the same URL finds nothing.
      await storage.removeItem(`${key}.begun`);
      const server = await discover();
      const answer = validateAuthResponse(server, client, new URL(url), begun.state);
      const response = await authorizationCodeGrantRequest(
        server,
        client,
        None(),
        answer,
        redirectUri,
        begun.verifier,
        insecure,
      );
      const expected = { expectedNonce: begun.nonce, requireIdToken: true };
      const tokens = await processAuthorizationCodeResponse(server, client, response, expected);
      await keep(tokens);
      return tokens.id_token ?? '';
    },

    async tokenProvider() {
      const refreshToken = await storage.getItem(`${key}.refresh`);
      if (!refreshToken) return undefined;
      const server = await discover();
      const response = await refreshTokenGrantRequest(server, client, None(), refreshToken, insecure);
      try {
        const tokens = await processRefreshTokenResponse(server, client, response);
        await keep(tokens);
        return tokens.id_token;
      } catch (error) {
        // The refresh token is spent or revoked (RFC 6749, section 5.2): the user has to sign in again.
        if (!(error instanceof ResponseBodyError) || error.error !== 'invalid_grant') throw error;
        await forget();
        return undefined;
      }
    },
  };
}

/** What is remembered of a sign-in while the user is away. */
interface Begun {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

function begunIn(text: string | null | undefined): Begun | undefined {
  try {
    const { verifier, state, nonce } = JSON.parse(text ?? '{}');
    return [verifier, state, nonce].every((part) => typeof part === 'string')
      ? { verifier, state, nonce }
      : undefined;
  } catch {
    return undefined;
  }
}

const isLoopback = ({ protocol, hostname }: URL) =>
  protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
