import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider, { type Configuration, errors } from 'oidc-provider';
import { closeServer, listen } from '../port.ts';
import { playerOf } from './players.ts';
import type { ProviderKeys } from './provider-keys.ts';
import { providerSessions } from './provider-sessions.ts';
import { formPage, messagePage, signInPage } from './sign-in-page.ts';

/** The provider's name: the issuer in its tokens. Nothing is ever fetched from it; see `--provider-override`. */
export const issuer = 'https://players.daypass.test';

export const clientId = 'topping-out';

/** `daypass login` as the provider knows it. */
export const commandLineClientId = 'daypass-cli';

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
  // A device may ask each second here; without this it is every five (RFC 8628 §3.2).
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route !== 'device_authorization' || context.status !== 200) return;
    context.body = { ...(context.body as object), interval: 1 };
  });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://provider').pathname;
    if (!path.startsWith('/sign-in/')) return answer(request, response);
    signIn(provider, request, response).catch((error: unknown) => {
      const expired = error instanceof errors.SessionNotFound;
      const text = expired ? 'This sign-in has run out. Go back and start again.' : 'Something went wrong.';
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
      {
        client_id: commandLineClientId,
        client_name: 'Daypass on the command line',
        // A native application comes back to any port of this machine (RFC 8252 §7.3).
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
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
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (context, form, _out, error) => {
          const text =
            error === undefined ? 'The terminal shows it.' : 'This is not a code that is waited for.';
          context.body = formPage('Enter the code', text, form, 'op.deviceInputForm');
        },
        userCodeConfirmSource: (context, form, _client, _device, code) => {
          const text = `The terminal must show ${code}; if it does not, close this page.`;
          context.body = formPage('Is this your code?', text, form, 'op.deviceConfirmForm');
        },
        successSource: (context) => {
          context.body = messagePage('You are signed in', 'Go back to the terminal.');
        },
      },
    },
    interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
    clientBasedCORS: (_context, origin) => origins.includes(origin),
    ttl: {
      Interaction: hour,
      Session: hour,
      Grant: hour,
      AccessToken: hour,
      IdToken: hour,
      DeviceCode: 600,
    },
    findAccount: (_context, subject) => {
      const player = playerOf(subject);
      if (player === undefined) return undefined;
      return { accountId: subject, claims: () => ({ sub: subject, name: player.name }) };
    },
    // Game and command line belong to the same house: nobody is asked for consent.
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
    ? // Native applications are asked for consent each time (RFC 8252 §8.6); choosing a player is that, too.
      { login: { accountId: player.subject, amr: ['none'] }, consent: {} }
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
