import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { closeServer, listen } from '../port.ts';

export const issuer = 'https://login.example.test';
export const loginKey = 'login.example.test';
export const clientId = 'daypass-cli';

/** An OpenID provider for native applications, at which everybody is Ada; devices may ask it often. */
export async function startProvider(): Promise<{ url: string; close(): Promise<void> }> {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true } },
    interactions: { url: (_context, { uid }) => `/sign-in/${uid}` },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant: async ({
      oidc: {
        client,
        session,
        provider: { Grant },
      },
    }) => {
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route === 'device_authorization' && context.status === 200) {
      context.body = { ...(context.body as object), interval: 0.05 };
    }
  });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/sign-in/')) return answer(request, response);
    // A native application is asked for consent each time (RFC 8252 §8.6).
    const result = { login: { accountId: 'ada' }, consent: {} };
    return provider.interactionFinished(request, response, result);
  });
  const url = await listen(server, 0);
  return { url, close: () => closeServer(server) };
}

/**
 * Opens an address as a browser does: follows redirects, keeps cookies, and sends every form on its way with the fields
 * given. Returns the last page.
 */
export async function visit(
  address: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<{ url: string; status: number; text: string }> {
  const cookies = new Map<string, string>();
  let url = address;
  let body: URLSearchParams | undefined;
  for (let steps = 0; steps < 20; steps += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = body ? { method: 'POST', body } : {};
    const response = await fetch(url, { ...sent, headers: { cookie }, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    const [, form] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
    const location = response.headers.get('location');
    const next = location ?? form;
    if (next === undefined) return { url, status: response.status, text };
    body = location === null ? new URLSearchParams({ ...hiddenInputs(text), ...fields }) : undefined;
    url = new URL(next, url).href;
  }
  throw new Error(`${address} leads nowhere`);
}

function hiddenInputs(page: string): Record<string, string> {
  const inputs = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
}
