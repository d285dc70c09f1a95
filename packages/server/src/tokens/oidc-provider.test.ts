import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { TokenVerifier } from './login.ts';
import { pool } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'login.example.test';
const callback = 'https://game.example.test/callback';
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
type Algorithm = (typeof algorithms)[number];
const providers = pool({
  openIdConnectProviders: [
    { arn: 'arn', url: `https://${key}`, clientIds: [...algorithms], thumbprints: [] },
  ],
});

let server: Server;
let provider: Provider;
let origin: string;
let verifier: TokenVerifier;

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = await startProvider('first');
  verifier = createTokenVerifier({ clock: systemClock, overrides: new Map([[key, new URL(origin)]]) });
});

afterAll(async () => {
  verifier.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A certified OpenID provider with one client for each algorithm; its key ids start with `generation`. */
async function startProvider(generation: string): Promise<Provider> {
  const keys: JWK[] = [];
  for (const algorithm of algorithms) {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
    keys.push({
      ...(await exportJWK(privateKey)),
      kid: `${generation}-${algorithm}`,
      alg: algorithm,
      use: 'sig',
    });
  }
  return new Provider(`https://${key}`, {
    clients: algorithms.map((algorithm) => ({
      client_id: algorithm,
      token_endpoint_auth_method: 'none',
      redirect_uris: [callback],
      id_token_signed_response_alg: algorithm,
    })),
    jwks: { keys },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    enabledJWA: { idTokenSigningAlgValues: [...algorithms] },
    ttl: { AccessToken: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    async loadExistingGrant({ oidc }) {
      if (!oidc.client || !oidc.session?.accountId) return undefined;
      const { clientId } = oidc.client;
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
}

/** Every interaction is a sign-in of alice. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.startsWith('/interaction/')) {
    void provider.interactionFinished(request, response, { login: { accountId: 'alice' } });
  } else {
    provider.callback()(request, response);
  }
}

/** The authorization code flow with PKCE, as a browser and an app go through it. */
async function signIn(clientId: Algorithm): Promise<string> {
  const codeVerifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const cookies = new Map<string, string>();
  let location = `${origin}/auth?${query}`;
  while (!location.startsWith(callback)) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(location, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    location = new URL(response.headers.get('location') ?? '', origin).href;
  }
  const response = await fetch(`${origin}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: callback,
      code: new URL(location).searchParams.get('code') ?? '',
      code_verifier: codeVerifier,
    }),
  });
  const { id_token } = (await response.json()) as { id_token: string };
  return id_token;
}

describe('an id token of oidc-provider', () => {
  it.each(algorithms)('signed with %s proves who signed in', async (algorithm) => {
    await expect(verifier.verify(key, await signIn(algorithm), providers)).resolves.toMatchObject({
      provider: key,
      subject: 'alice',
      audience: algorithm,
      issuer: `https://${key}`,
    });
  });

  it('proves it after the provider has new keys, and the old ones prove nothing to a newcomer', async () => {
    const old = await signIn('ES256');
    provider = await startProvider('second');
    await expect(verifier.verify(key, await signIn('ES256'), providers)).resolves.toMatchObject({
      subject: 'alice',
    });
    const newcomer = createTokenVerifier({
      clock: systemClock,
      overrides: new Map([[key, new URL(origin)]]),
    });
    await expect(newcomer.verify(key, old, providers)).rejects.toMatchObject({
      message: "Invalid login token. Couldn't verify signed token.",
    });
    newcomer.close();
  });
});
