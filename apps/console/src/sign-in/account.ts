import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  None,
  processAuthorizationCodeResponse,
  ResponseBodyError,
  validateAuthResponse,
} from 'oauth4webapi';
import { callPublic } from '../api/client.ts';
import type { AccessKey } from '../api/sign.ts';
import type { Provider } from '../session.ts';
import { type Departure, keepDeparture, takeDeparture } from './departure.ts';

/** Where administrators are sent, and where they redeem what they come back with. */
export type ReachableProvider = Required<Provider>;

/** The console's own address, as the provider knows it. */
const redirectUri = new URL(import.meta.env.BASE_URL, location.origin).href;

/** PKCE and the nonce alike send ahead the SHA-256, in base64url, of what is shown later. */
const sha256 = calculatePKCECodeChallenge;

/** Goes to the provider. Source: RFC 6749 §4.1, RFC 7636, OpenID Connect Core 1.0 §3.1 and §15.5.2. */
export async function leaveForProvider(provider: ReachableProvider): Promise<void> {
  const departure = {
    state: generateRandomState(),
    codeVerifier: generateRandomCodeVerifier(),
    nonceSecret: generateRandomCodeVerifier(),
  };
  keepDeparture(departure);
  const url = new URL(provider.authorizationEndpoint);
  const asked = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    scope: provider.scope,
    state: departure.state,
    nonce: await sha256(departure.nonceSecret),
    code_challenge: await sha256(departure.codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  location.assign(url);
}

interface SignedIn {
  readonly Credentials: {
    readonly AccessKeyId: string;
    readonly SecretKey: string;
    readonly SessionToken: string;
    /** Seconds since the epoch. */
    readonly Expiration: number;
  };
}

/** Credentials for what the browser came back with; `until` in milliseconds since the epoch. */
export async function arriveFromProvider(
  provider: ReachableProvider,
): Promise<{ readonly key: AccessKey; readonly until: number }> {
  const { departure, answer } = takeDeparture();
  const idToken = await redeem(provider, departure, answer).catch((error: unknown) => {
    throw inWords(error, provider);
  });
  const shown = { IdToken: idToken, NonceSecret: departure.nonceSecret };
  const { Credentials } = await callPublic<SignedIn>(new URL(location.href), 'SignInToConsole', shown);
  return {
    key: {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretKey,
      sessionToken: Credentials.SessionToken,
    },
    until: Credentials.Expiration * 1000,
  };
}

/** The ID token for the code in `answer`. */
async function redeem(
  { issuer, tokenEndpoint, clientId }: ReachableProvider,
  { state, codeVerifier, nonceSecret }: Departure,
  answer: URL,
): Promise<string | undefined> {
  const server = {
    issuer,
    token_endpoint: tokenEndpoint,
    // The service verifies the signature; here any of these will do.
    id_token_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'],
  };
  const client = { client_id: clientId };
  const code = validateAuthResponse(server, client, answer, state);
  // The service names an endpoint without https on its own machine alone.
  const options = { [allowInsecureRequests]: true };
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    None(),
    code,
    redirectUri,
    codeVerifier,
    options,
  );
  const expected = { expectedNonce: await sha256(nonceSecret), requireIdToken: true };
  return (await processAuthorizationCodeResponse(server, client, response, expected)).id_token;
}

/** Of what the provider or the browser says, that part which helps. */
function inWords(error: unknown, { issuer, tokenEndpoint }: ReachableProvider): unknown {
  const { host } = new URL(issuer);
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    return new Error(`${host} says: ${error.error_description ?? error.error}`);
  }
  // fetch says no more than that, whatever the cause.
  if (error instanceof TypeError && error.message.includes('fetch')) {
    return new Error(
      `${new URL(tokenEndpoint).host} was not reached. It must let ${location.origin} redeem codes (CORS).`,
    );
  }
  return error;
}
