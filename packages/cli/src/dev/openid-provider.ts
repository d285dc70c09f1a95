import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider, { type Configuration, errors } from 'oidc-provider';
import { closeServer, listen } from '../port.ts';
import { playerOf } from './players.ts';
import type { ProviderKeys } from './provider-keys.ts';
import { providerSessions } from './provider-sessions.ts';
import { messagePage, signInPage } from './sign-in-page.ts';

/** The provider's name: the issuer in its tokens. Nothing is ever fetched from it; see `--provider-override`. */
export const issuer = 'https://players.daypass.test';

export const clientId = 'topping-out';

export interface OpenIdProvider {
  /** Where it is reached. */
  readonly url: string;
  close(): Promise<void>;
}

export interface OpenIdProviderOptions {
  readonly port: number;
  /** Origins of the game: where browsers are sent back to, and who may ask for tokens. */
  readonly origins: readonly string[];
  readonly keys: ProviderKeys;
}

/** Starts an OpenID provider with a few players and no passwords, on loopback. */
export async function startOpenIdProvider(options: OpenIdProviderOptions): Promise<OpenIdProvider> {
  const provider = new Provider(issuer, configuration(options));
  const answer = provider.callback();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://provider').pathname;
    if (!path.startsWith('/sign-in/')) return answer(request, response);
    signIn(provider, request, response).catch((error: unknown) => {
      const expired = error instanceof errors.SessionNotFound;
      const text = expired
        ? 'This sign-in has run out. Go back to the game and start again.'
        : 'Something went wrong.';
      sendPage(response, expired ? 400 : 500, messagePage('Sign-in not possible', text));
    });
  });
  const url = await listen(server, options.port, '--oidc-port');
  return { url, close: () => closeServer(server) };
}

function configuration({ origins, keys }: OpenIdProviderOptions): Configuration {
  const hour = 3600;
  return {
    clients: [
      {
        client_id: clientId,
        client_name: 'Topping Out',
        redirect_uris: origins.map((origin) => `${origin}/`),
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'RS256',
      },
    ],
    adapter: providerSessions(),
    jwks: { keys: [keys.signing] },
    cookies: { keys: [keys.cookies] },
    responseTypes: ['code'],
    scopes: ['openid', 'profile'],
    claims: { openid: ['sub'], profile: ['name'] },
    // The game learns the player's name from the ID token, without a second request.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
    clientBasedCORS: (_context, origin) => origins.includes(origin),
    ttl: { Interaction: hour, Session: hour, Grant: hour, AccessToken: hour, IdToken: hour },
    findAccount: (_context, subject) => {
      const player = playerOf(subject);
      if (player === undefined) return undefined;
      return { accountId: subject, claims: () => ({ sub: subject, name: player.name }) };
    },
    // The game belongs to the same house: nobody is asked for consent.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    renderError: (context, out) => {
      context.type = 'html';
      context.body = messagePage('Sign-in not possible', out.error_description ?? out.error);
    },
  };
}

/** GET shows the players; POST with `player` signs that one in, without it gives up. */
async function signIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') return sendPage(response, 200, signInPage(`/sign-in/${uid}`));

  const player = playerOf(new URLSearchParams(await readForm(request)).get('player') ?? '');
  const result = player
    ? { login: { accountId: player.subject, amr: ['none'] } }
    : { error: 'access_denied', error_description: 'The player went back without signing in.' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 1000) throw new Error('The form is too long.');
  }
  return text;
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(html);
}
