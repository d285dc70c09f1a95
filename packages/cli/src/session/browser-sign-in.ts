import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as oauth from 'oauth4webapi';
import { Failure } from '../failure.ts';
import { closeServer, listen } from '../port.ts';
import { type Application, connect, idTokenOf, told } from './openid.ts';

export interface SignInOptions extends Application {
  /** Port of the redirect; 0 is any free one, as RFC 8252 §7.3 asks providers to allow. */
  readonly port: number;
  /** Milliseconds. */
  readonly patience: number;
  /** Is given the address at which to sign in. */
  readonly show: (url: string) => void;
}

/** Signs in with a browser on this machine: authorization code and PKCE (RFC 7636, RFC 8252). Returns the ID token. */
export async function signInWithBrowser(options: SignInOptions): Promise<string> {
  const { server, client, authentication, insecure } = await connect(options);
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();

  const answered = Promise.withResolvers<URLSearchParams>();
  const listener = createServer((request, response) => {
    receive(server, client, state, request, response, answered);
  });
  const redirectUri = `${await listen(listener, options.port, '--redirect-port')}/callback`;
  const timer = setTimeout(() => answered.reject(new Failure('nobody signed in.')), options.patience);
  try {
    options.show(await authorizationUrl(server, { ...options, redirectUri, verifier, state, nonce }));
    const parameters = await answered.promise;
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    return idTokenOf(tokens);
  } catch (error) {
    throw told(error);
  } finally {
    clearTimeout(timer);
    await closeServer(listener);
  }
}

async function authorizationUrl(
  server: oauth.AuthorizationServer,
  request: SignInOptions & { redirectUri: string; verifier: string; state: string; nonce: string },
): Promise<string> {
  if (server.authorization_endpoint === undefined) throw new Failure('the provider has no sign-in page.');
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    scope: request.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(request.verifier),
    code_challenge_method: 'S256',
    state: request.state,
    nonce: request.nonce,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Takes the provider's answer. What carries another state is not the answer, whoever sent it: waiting goes on. */
function receive(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  state: string,
  request: IncomingMessage,
  response: ServerResponse,
  answered: PromiseWithResolvers<URLSearchParams>,
): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method !== 'GET' || url.pathname !== '/callback' || url.searchParams.get('state') !== state) {
    page(response, 404, 'There is nothing here.');
    return;
  }
  try {
    answered.resolve(oauth.validateAuthResponse(server, client, url, state));
    page(response, 200, 'You are signed in. You can close this window.');
  } catch (error) {
    answered.reject(error);
    page(response, 400, 'You are not signed in. The terminal says why.');
  }
}

function page(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'",
      connection: 'close',
    })
    .end(`<!doctype html><html lang="en"><title>Daypass</title><p>${text}</p>`);
}

/** Opens an address in the browser of this machine, if it has one. */
export function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler']
        : ['xdg-open'];
  if (command === undefined) return;
  // The address is shown as well: a machine without a browser loses nothing.
  spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
