import { createHash, randomBytes } from 'node:crypto';

/**
 * Signs a player in at the development OpenID provider as a browser would – authorization code with PKCE, cookies and
 * the sign-in form – and gives the ID token.
 */
export async function signIn(options: {
  readonly providerUrl: string;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly player: string;
}): Promise<string> {
  const { providerUrl, redirectUri, clientId, player } = options;
  const browser = cookieJar();
  const verifier = randomBytes(32).toString('base64url');
  const authorize = new URL('/auth', providerUrl);
  authorize.search = String(
    new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      state: 'state',
      nonce: 'nonce',
      code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    }),
  );
  const toForm = await browser.follow(authorize, redirectUri);
  const form = new URLSearchParams({ player });
  const back = await browser.follow(toForm, redirectUri, { method: 'POST', body: form });
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`the provider sent ${back}`);

  const response = await fetch(new URL('/token', providerUrl), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  });
  const answer: { id_token: string } = JSON.parse(await response.text());
  return answer.id_token;
}

/** Follows redirects with cookies until a page is shown or `stopAt` is reached; gives the last address. */
function cookieJar() {
  const cookies = new Map<string, string>();
  return {
    async follow(start: URL, stopAt: string, init: RequestInit = {}): Promise<URL> {
      let url = start;
      let next = init;
      for (let hop = 0; hop < 10; hop++) {
        const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
        const response = await fetch(url, { ...next, headers, redirect: 'manual' });
        for (const cookie of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
          cookies.set(name, value);
        }
        const location = response.headers.get('location');
        if (location === null) return url;
        url = new URL(location, url);
        if (url.href.startsWith(stopAt)) return url;
        next = {};
      }
      throw new Error('too many redirects');
    },
  };
}
