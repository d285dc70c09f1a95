import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { type Listening, listen } from './listen.ts';

export const clientId = 'game';
export const redirectUri = 'http://127.0.0.1:9/back';

/** A certified OpenID provider on loopback, with one public client. */
export async function startOpenIdProvider(): Promise<Listening> {
  let serve: ReturnType<Provider['callback']> | undefined;
  const server = createServer((request, response) => void serve?.(request, response));
  const listening = await listen(server);
  const provider = new Provider(listening.endpoint, {
    clients: [
      {
        client_id: clientId,
        redirect_uris: [redirectUri],
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['key of the cookies'] },
    pkce: { required: () => true },
  });
  serve = provider.callback();
  return listening;
}

/** Signs `login` in from the authorization URL on, as a user with a browser does; gives where they are sent back to. */
export async function signInAt(authorizationUrl: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = authorizationUrl;
  let form: URLSearchParams | undefined;
  while (!url.startsWith(redirectUri)) {
    const cookie = Array.from(cookies, (pair) => pair.join('=')).join('; ');
    const body = form && { method: 'POST', body: form };
    const response = await fetch(url, { ...body, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    form = location ? undefined : formOf(await response.text(), login);
    if (location) url = new URL(location, url).href;
  }
  return url;
}

function formOf(page: string, login: string): URLSearchParams {
  const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
  if (!prompt) throw new Error(`not a page of the sign-in: ${page}`);
  return new URLSearchParams({ prompt, login, password: 'any' });
}
