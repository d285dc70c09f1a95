import * as oauth from 'oauth4webapi';
import { Failure } from '../failure.ts';

/** This application as an OpenID provider knows it. */
export interface Application {
  /** The issuer in the provider's tokens. */
  readonly issuer: string;
  /** Where the provider is fetched from, when that is not the issuer. */
  readonly providerUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scope: string;
}

/** What every request to the provider needs. */
export interface Connection {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
  readonly insecure: { readonly [oauth.allowInsecureRequests]: boolean };
}

/** Reads the provider's configuration. Throws a `Failure` when it does not answer, or as another issuer. */
export async function connect(application: Application): Promise<Connection> {
  const { issuer, providerUrl, clientId, clientSecret } = application;
  const insecure = { [oauth.allowInsecureRequests]: isLoopback(providerUrl) };
  const discovered = await oauth.discoveryRequest(new URL(providerUrl), insecure).catch(() => {
    throw new Failure(`the provider at ${providerUrl} does not answer.`);
  });
  const server = await oauth.processDiscoveryResponse(new URL(issuer), discovered).catch((error: unknown) => {
    throw told(error);
  });
  return {
    server,
    client: { client_id: clientId },
    authentication: clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(clientSecret),
    insecure,
  };
}

export function idTokenOf(tokens: oauth.TokenEndpointResponse): string {
  if (tokens.id_token === undefined) throw new Failure('the provider sent no ID token.');
  return tokens.id_token;
}

/** The error as a `Failure` in one line, where it is the provider's. */
export function told(error: unknown): unknown {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return new Failure(`the provider refused: ${error.error_description ?? error.error}`);
  }
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    return new Failure(`the provider's answer cannot be used: ${error.message}`);
  }
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return new Failure('the provider does not answer any more.');
  }
  return error;
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}
