import * as oauth from 'oauth4webapi';
import type { GameConfig } from './config.ts';

/** Someone who came back from the OpenID provider. */
export interface SignIn {
  readonly idToken: string;
  readonly name: string;
}

/** What must be remembered between leaving for the provider and coming back. */
interface Departure {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

const departureKey = 'topping-out.departure';

/** Leaves for the OpenID provider: authorization code flow with PKCE (RFC 7636). The page is gone after this. */
export async function beginSignIn(config: GameConfig): Promise<void> {
  const server = await discover(config);
  if (server.authorization_endpoint === undefined)
    throw new Error('The OpenID provider has no sign-in page.');
  const departure: Departure = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  };
  sessionStorage.setItem(departureKey, JSON.stringify(departure));

  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: config.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: 'openid profile',
    code_challenge: await oauth.calculatePKCECodeChallenge(departure.verifier),
    code_challenge_method: 'S256',
    state: departure.state,
    nonce: departure.nonce,
    // Always ask who is playing, also when somebody else signed in before.
    prompt: 'login',
  }).toString();
  location.assign(url);
}

/**
 * Completes the sign-in if this page was opened by the provider's redirect, and takes the answer out of the address
 * bar. `undefined` if it was not, or if the player came back without signing in.
 */
export async function finishSignIn(config: GameConfig): Promise<SignIn | undefined> {
  const answer = new URL(location.href);
  const stored = sessionStorage.getItem(departureKey);
  if (!answer.searchParams.has('state') || stored === null) return undefined;
  sessionStorage.removeItem(departureKey);
  history.replaceState(null, '', redirectUri());
  if (answer.searchParams.get('error') === 'access_denied') return undefined;

  const departure = JSON.parse(stored) as Departure;
  const server = await discover(config);
  const client: oauth.Client = { client_id: config.clientId };
  const parameters = oauth.validateAuthResponse(server, client, answer, departure.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    departure.verifier,
    { [oauth.allowInsecureRequests]: onLoopback(config) },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: departure.nonce,
    requireIdToken: true,
  });
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (tokens.id_token === undefined || claims === undefined)
    throw new Error('The OpenID provider sent no ID token.');
  return { idToken: tokens.id_token, name: typeof claims.name === 'string' ? claims.name : claims.sub };
}

/** The provider's metadata, fetched from where it is reached and checked against its name. */
async function discover(config: GameConfig): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(config.issuer);
  const response = await oauth.discoveryRequest(issuer, {
    [oauth.customFetch]: (url: string, { headers }: oauth.CustomFetchOptions<'GET', undefined>) =>
      fetch(url.replace(config.issuer, config.openIdProviderUrl), { headers }),
  });
  return oauth.processDiscoveryResponse(issuer, response);
}

// The code and the tokens may go over plain HTTP as long as they do not leave the machine.
function onLoopback(config: GameConfig): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(config.openIdProviderUrl).hostname);
}

function redirectUri(): string {
  return `${location.origin}/`;
}
